package brickyard.rest

import scala.collection.mutable.ArrayBuffer
import scala.jdk.CollectionConverters._

import com.fasterxml.jackson.databind.JsonNode

/** The catalog's REST: names, locations and columns of tables. Thread-safe.
  *
  * What is missing is None or false; other refusals are RestFailure, silence is ServerUnavailable.
  */
final class UnityCatalog(server: Server) {
  private val rest = new RestClient(server)

  def catalogs(): Seq[String] = pages("catalogs").map(_.path("name").asText)

  def hasCatalog(catalog: String): Boolean = found(rest.get(Seq("catalogs", catalog))).isDefined

  /** None: no such catalog. */
  def schemas(catalog: String): Option[Seq[String]] =
    found(pages("schemas", "catalog_name" -> catalog).map(_.path("name").asText))

  def schema(catalog: String, schema: String): Option[SchemaEntry] =
    found(rest.get(Seq("schemas", s"$catalog.$schema"))).map(Entries.schema)

  def createSchema(catalog: String, schema: String, comment: String, properties: Map[String, String]): Unit =
    rest.post(
      Seq("schemas"),
      Map[String, Any](
        "catalog_name" -> catalog,
        "name" -> schema,
        "comment" -> comment,
        "properties" -> properties.asJava
      ).asJava
    )

  def updateSchema(catalog: String, schema: String, changes: Changes): Unit =
    rest.patch(Seq("schemas", s"$catalog.$schema"), changes.body)

  /** False: no such schema. */
  def dropSchema(catalog: String, schema: String, force: Boolean): Boolean =
    found(rest.delete(Seq("schemas", s"$catalog.$schema"), Seq("force" -> force.toString))).isDefined

  /** None: no such schema. */
  def tables(catalog: String, schema: String): Option[Seq[String]] = {
    val small = Seq("omit_columns" -> "true", "omit_properties" -> "true")
    found(pages("tables", Seq("catalog_name" -> catalog, "schema_name" -> schema) ++ small: _*))
      .map(_.map(_.path("name").asText))
  }

  def table(name: TableName): Option[TableEntry] = found(rest.get(Seq("tables", name.full))).map(Entries.table)

  def hasTable(name: TableName): Boolean =
    rest.get(Seq("tables", name.full, "exists")).path("table_exists").asBoolean(false)

  def register(table: NewTable): Unit = {
    val body = Map[String, Any](
      "catalog_name" -> table.name.catalog,
      "schema_name" -> table.name.schema,
      "name" -> table.name.table,
      "table_type" -> (if (table.managed) "MANAGED" else "EXTERNAL"),
      "data_source_format" -> "DELTA",
      "storage_location" -> table.location,
      "columns" -> table.columns.map(_.asJava).asJava,
      "properties" -> table.properties.asJava
    )
    rest.post(Seq("tables"), (body ++ Option(table.comment).filter(_.nonEmpty).map("comment" -> _)).asJava)
  }

  def updateTable(name: TableName, changes: Changes): Unit = rest.patch(Seq("tables", name.full), changes.body)

  /** False: no such table. */
  def dropTable(name: TableName): Boolean = found(rest.delete(Seq("tables", name.full))).isDefined

  private def pages(kind: String, query: (String, String)*): Seq[JsonNode] = {
    val rows = ArrayBuffer.empty[JsonNode]
    var token = ""
    do {
      val answer = rest.get(Seq(kind), query ++ Option(token).filter(_.nonEmpty).map("page_token" -> _))
      rows ++= answer.path(kind).elements().asScala
      token = answer.path("next_page_token").asText("")
    } while (token.nonEmpty)
    rows.toSeq
  }

  private def found[T](answer: => T): Option[T] =
    try Some(answer)
    catch { case failure: RestFailure if failure.isMissing => None }
}

/** What is to be changed of an entry; None stays as it is. Properties are replaced as a whole. */
final case class Changes(
    name: Option[String] = None,
    comment: Option[String] = None,
    properties: Option[Map[String, String]] = None
) {
  private[rest] def body: java.util.Map[String, Any] =
    (name.map("new_name" -> _) ++ comment.map("comment" -> _) ++ properties.map("properties" -> _.asJava))
      .toMap[String, Any]
      .asJava
}
