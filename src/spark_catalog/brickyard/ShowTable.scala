package brickyard

import scala.jdk.CollectionConverters._

import org.apache.spark.sql.{Row, SparkSession}
import org.apache.spark.sql.catalyst.expressions.{Attribute, Literal}
import org.apache.spark.sql.catalyst.util.QuotingUtils.quoteIfNeeded
import org.apache.spark.sql.connector.catalog.{Identifier, Table, TableCatalog}
import org.apache.spark.sql.execution.command.LeafRunnableCommand

/** SHOW CREATE TABLE, which Delta refuses for its tables. */
case class ShowTable(catalog: BrickyardCatalog, ident: Identifier, override val output: Seq[Attribute])
    extends LeafRunnableCommand {
  override def run(session: SparkSession): Seq[Row] = Seq(Row(statement(catalog.loadTable(ident))))

  private def statement(table: Table): String = {
    val properties = table.properties.asScala.toMap
    val name = (catalog.name() +: ident.namespace.toSeq :+ ident.name).map(quoteIfNeeded).mkString(".")
    val isExternal = properties.get(TableCatalog.PROP_EXTERNAL).contains("true")
    val clauses = Seq(
      Some(s"CREATE TABLE $name ${table.schema.fields.map(_.toDDL).mkString("(\n  ", ",\n  ", ")")}"),
      Some("USING delta"),
      columns(table, "identity").map(names => s"PARTITIONED BY ($names)"),
      columns(table, "cluster_by").map(names => s"CLUSTER BY ($names)"),
      properties.get(TableCatalog.PROP_LOCATION).filter(_ => isExternal).map(place => s"LOCATION ${text(place)}"),
      properties.get(TableCatalog.PROP_COMMENT).filter(_.nonEmpty).map(comment => s"COMMENT ${text(comment)}"),
      Some((NewEntry.userProperties(properties) -- ShowTable.OfDelta).toSeq.sorted).filter(_.nonEmpty).map { pairs =>
        val written = pairs.map { case (key, value) => s"${text(key)} = ${text(value)}" }
        written.mkString("TBLPROPERTIES (\n  ", ",\n  ", ")")
      }
    )
    clauses.flatten.mkString("", "\n", "\n")
  }

  private def columns(table: Table, transform: String): Option[String] = {
    val names = table.partitioning.toSeq.filter(_.name == transform).flatMap(_.references)
    Option.when(names.nonEmpty)(names.map(_.fieldNames.map(quoteIfNeeded).mkString(".")).mkString(", "))
  }

  private def text(value: String): String = Literal(value).sql
}

object ShowTable {

  /** What Delta sets by itself, and takes from nobody; and the protocol, which follows from the features. */
  private val OfDelta = Set(
    "delta.minReaderVersion",
    "delta.minWriterVersion",
    "delta.columnMapping.maxColumnId",
    "delta.rowTracking.materializedRowIdColumnName",
    "delta.rowTracking.materializedRowCommitVersionColumnName",
    "clusteringColumns"
  )
}
