package brickyard.rest

import scala.jdk.CollectionConverters._

import com.fasterxml.jackson.databind.JsonNode

/** A full name, in lower case: so the catalog stores names and compares them. */
final case class TableName(catalog: String, schema: String, table: String) {
  def parts: Seq[String] = Seq(catalog, schema, table)
  def full: String = parts.mkString(".")
}

/** What the catalog knows of a schema; `storageRoot` is the folder of its new tables, a URI. */
final case class SchemaEntry(storageRoot: String, comment: String, owner: String, properties: Map[String, String])

/** What the catalog knows of a table; `location` is a URI. */
final case class TableEntry(
    location: String,
    managed: Boolean,
    format: String,
    comment: String,
    owner: String,
    createdAt: Long,
    properties: Map[String, String]
)

/** A table to register: its data lie at `location` already. `columns` are ColumnInfo objects. */
final case class NewTable(
    name: TableName,
    location: String,
    managed: Boolean,
    columns: Seq[Map[String, Any]],
    comment: String,
    properties: Map[String, String]
)

private[rest] object Entries {
  // Put into answers by the server; not a property of the table.
  private val Notice = "brickyard.notice"

  def schema(answer: JsonNode): SchemaEntry = SchemaEntry(
    storageRoot = answer.path("storage_root").asText("").stripSuffix("/"),
    comment = answer.path("comment").asText(""),
    owner = answer.path("owner").asText(""),
    properties = properties(answer)
  )

  def table(answer: JsonNode): TableEntry = TableEntry(
    location = answer.path("storage_location").asText("").stripSuffix("/"),
    managed = answer.path("table_type").asText("") == "MANAGED",
    format = answer.path("data_source_format").asText("DELTA").toLowerCase,
    comment = answer.path("comment").asText(""),
    owner = answer.path("owner").asText(""),
    createdAt = answer.path("created_at").asLong(0),
    properties = properties(answer)
  )

  private def properties(answer: JsonNode): Map[String, String] =
    answer.path("properties").properties().asScala.map(pair => pair.getKey -> pair.getValue.asText("")).toMap - Notice
}
