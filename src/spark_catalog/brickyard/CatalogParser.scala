package brickyard

import org.apache.spark.sql.SparkSession
import org.apache.spark.sql.catalyst.{FunctionIdentifier, TableIdentifier}
import org.apache.spark.sql.catalyst.analysis.{UnresolvedAttribute, UnresolvedTableOrView}
import org.apache.spark.sql.catalyst.expressions.{Expression, Literal}
import org.apache.spark.sql.catalyst.parser._
import org.apache.spark.sql.catalyst.plans.logical.{LogicalPlan, ShowCreateTable}
import org.apache.spark.sql.connector.catalog.TableLookup
import org.apache.spark.sql.execution.SparkSqlParser
import org.apache.spark.sql.execution.command.{SetCatalogCommand, ShowCatalogsCommand}
import org.apache.spark.sql.types.{DataType, StructType}
import org.apache.spark.unsafe.types.UTF8String

/** Spark's parser, and what a session of Brickyard needs beside it.
  *
  * Spark knows a catalog by the session's configuration, and has no other hook for one that it does not know. All names
  * come through the parser, those of SQL and those of the DataFrame API; so that is where the catalogs of the server
  * are made known, before a name is looked up. Catalogs that another program makes are found that way.
  *
  * Databricks' USE CATALOG is read, SHOW CATALOGS and SHOW CREATE TABLE are answered here, and parameters of statements
  * (`args=`) are put in, which Delta's parser loses.
  */
final class CatalogParser(session: SparkSession, delegate: ParserInterface) extends ParserInterface {
  private val known = new KnownCatalogs(session)

  override def parsePlan(text: String): LogicalPlan = {
    known.refresh()
    adapted(delegate.parsePlan(CatalogParser.spelled(text)))
  }

  /** Spark comes here for statements without parameters, too. */
  override def parsePlanWithParameters(text: String, parameters: ParameterContext): LogicalPlan =
    if (CatalogParser.isEmpty(parameters)) parsePlan(text)
    else {
      known.refresh()
      adapted(new SparkSqlParser().parsePlanWithParameters(CatalogParser.spelled(text), parameters))
    }

  override def parseQuery(text: String): LogicalPlan = {
    known.refresh()
    delegate.parseQuery(text)
  }

  override def parseMultipartIdentifier(text: String): Seq[String] = {
    val parts = delegate.parseMultipartIdentifier(text)
    if (parts.length > 1) known.require(parts.head)
    parts
  }

  override def parseExpression(text: String): Expression = delegate.parseExpression(text)
  override def parseTableIdentifier(text: String): TableIdentifier = delegate.parseTableIdentifier(text)
  override def parseFunctionIdentifier(text: String): FunctionIdentifier = delegate.parseFunctionIdentifier(text)
  override def parseTableSchema(text: String): StructType = delegate.parseTableSchema(text)
  override def parseDataType(text: String): DataType = delegate.parseDataType(text)
  override def parseRoutineParam(text: String): StructType = delegate.parseRoutineParam(text)

  private def adapted(plan: LogicalPlan): LogicalPlan = plan match {
    case ShowCatalogsCommand(pattern) if known.isOfBrickyard => ListCatalogs(pattern)
    case SetCatalogCommand(name) if known.isOfBrickyard =>
      CatalogParser.written(name).foreach(known.demand)
      plan
    case ShowCreateTable(table: UnresolvedTableOrView, _, output) if known.isOfBrickyard =>
      TableLookup.of(session, table.multipartIdentifier) match {
        case Some((catalog: BrickyardCatalog, ident)) => ShowTable(catalog, ident, output)
        case _ => plan
      }
    case other => other
  }
}

private object CatalogParser {
  private val UseCatalog = """(?is)(\s*)USE\s+CATALOG\s+(.*)""".r

  private def spelled(text: String): String = text match {
    case UseCatalog(before, rest) => s"${before}SET CATALOG $rest"
    case other => other
  }

  /** The name of a catalog as the parser gives it; None: it is to be computed first. */
  private def written(name: Expression): Option[String] = name match {
    case Literal(text: UTF8String, _) => Some(text.toString)
    case UnresolvedAttribute(Seq(part)) => Some(part)
    case _ => None
  }

  private def isEmpty(parameters: ParameterContext): Boolean = parameters match {
    case NamedParameterContext(values) => values.isEmpty
    case PositionalParameterContext(values) => values.isEmpty
    case HybridParameterContext(values, _) => values.isEmpty
    case _ => false
  }
}
