package brickyard

import brickyard.rest.{RestFailure, ServerUnavailable}

import org.apache.spark.SparkException
import org.apache.spark.sql.AnalysisException
import org.apache.spark.sql.types.DataType

/** Something that the catalog does not allow: an AnalysisException for the client, with the catalog's own words. */
final class Refused(condition: String, state: String, text: String)
    extends AnalysisException(
      s"[$condition] ${text.stripSuffix(".")}. SQLSTATE: $state",
      None,
      None,
      None,
      Some(condition),
      Map.empty[String, String],
      Array.empty,
      Some(state),
      None
    )

/** The conditions are those of Spark and Delta, and the same as on the engine sail. */
object Refusals {
  def invalid(text: String): Refused = new Refused("INVALID_PARAMETER_VALUE", "22023", text)

  def invalidName(name: String): Refused = new Refused(
    "IDENTIFIER_INVALID",
    "42602",
    s"'$name' is no name for a table or schema: names have no spaces, periods, slashes, backticks or control characters"
  )

  def tooManyParts(parts: Seq[String]): Refused =
    new Refused("IDENTIFIER_INVALID", "42602", s"${quoted(parts)} has more than three parts")

  def noCatalog(name: String): Refused = new Refused(
    "CATALOG_NOT_FOUND",
    "42P08",
    s"The catalog ${quoted(Seq(name))} not found. Create it with CREATE CATALOG, or check the spelling"
  )

  def otherFormat(table: Seq[String], format: String): Refused = new Refused(
    "DELTA_TABLE_FORMAT_MISMATCH",
    "0AKDC",
    s"The table ${quoted(table)} is a Delta table and cannot be written as $format"
  )

  def typeMismatch(table: String, column: String, wanted: DataType, got: DataType): Refused = new Refused(
    "DELTA_FAILED_TO_MERGE_FIELDS",
    "22005",
    s"The column `$column` of the table $table is ${wanted.simpleString}, and the new data has ${got.simpleString}, " +
      "which cannot be stored in it safely: nothing was written. Cast the column first"
  )

  def unsupported(text: String): Refused = new Refused("UNSUPPORTED_FEATURE", "0A000", text)

  def quoted(parts: Seq[String]): String = parts.map(part => s"`${part.replace("`", "``")}`").mkString(".")

  /** What the server says, as an error of Spark. What is missing or taken is not among it: that depends on the call.
    *
    * @param unavailable
    *   what is done where the server does not answer, or fails
    */
  def translated[T](call: => T, unavailable: String => T = (text: String) => throw new SparkException(text)): T =
    try call
    catch {
      case failure: RestFailure if failure.status == 401 =>
        throw new Refused("INSUFFICIENT_PERMISSIONS", "42501", s"The server refuses the token: ${failure.getMessage}")
      case failure: RestFailure if failure.status >= 500 => unavailable(failure.getMessage)
      case failure: RestFailure if !failure.isMissing && !failure.isTaken => throw invalid(failure.getMessage)
      case failure: ServerUnavailable => unavailable(failure.getMessage)
    }
}
