package brickyard

import scala.jdk.CollectionConverters._

import com.fasterxml.jackson.databind.ObjectMapper
import org.apache.spark.sql.types._

/** A table's columns as ColumnInfo objects of the Unity Catalog REST. */
object Columns {
  private val Json = new ObjectMapper

  def infos(schema: StructType, partitionBy: Seq[String]): Seq[Map[String, Any]] = {
    val fields = Json.readTree(schema.json).path("fields").elements().asScala.toSeq
    schema.fields.toSeq.zip(fields).zipWithIndex.map { case ((field, json), position) =>
      Map[String, Any](
        "name" -> field.name,
        "type_name" -> typeName(field.dataType),
        "type_text" -> field.dataType.simpleString,
        "type_json" -> json.toString,
        "nullable" -> field.nullable,
        "position" -> position
      ) ++ field.getComment().map("comment" -> _) ++
        Option(partitionBy.indexOf(field.name)).filter(_ >= 0).map("partition_index" -> _)
    }
  }

  private def typeName(kind: DataType): String = kind match {
    case LongType => "LONG"
    case ShortType => "SHORT"
    case ByteType => "BYTE"
    case NullType => "NULL"
    case _: YearMonthIntervalType | _: DayTimeIntervalType => "INTERVAL"
    case other => other.simpleString.toUpperCase.takeWhile(character => character != '<' && character != '(')
  }
}
