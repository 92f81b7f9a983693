package brickyard

import brickyard.Refusals.translated
import brickyard.rest.{Server, UnityCatalog}

import org.apache.spark.sql.{Row, SparkSession}
import org.apache.spark.sql.catalyst.expressions.{Attribute, AttributeReference}
import org.apache.spark.sql.catalyst.util.StringUtils
import org.apache.spark.sql.execution.command.LeafRunnableCommand
import org.apache.spark.sql.types.StringType

/** SHOW CATALOGS of a session of Brickyard. Spark's own lists the catalogs that have been used, also dropped ones. */
case class ListCatalogs(pattern: Option[String]) extends LeafRunnableCommand {
  override val output: Seq[Attribute] = Seq(AttributeReference("catalog", StringType, nullable = false)())

  override def run(session: SparkSession): Seq[Row] = {
    val names = Server.of(session).toSeq.flatMap(server => translated(new UnityCatalog(server).catalogs())).sorted
    pattern.fold(names)(StringUtils.filterPattern(names, _)).map(Row(_))
  }
}
