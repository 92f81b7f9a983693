package brickyard

import org.apache.spark.sql.catalyst.analysis.NoSuchFunctionException
import org.apache.spark.sql.connector.catalog.{FunctionCatalog, Identifier, SupportsNamespaces}
import org.apache.spark.sql.connector.catalog.functions.UnboundFunction

/** The catalog keeps no functions. Spark asks for them all the same, for each name that is no built-in one: it wants to
  * hear that there is none, rather than that it must not ask.
  */
trait NoFunctions extends FunctionCatalog with SupportsNamespaces {
  override def listFunctions(namespace: Array[String]): Array[Identifier] = Array.empty

  override def loadFunction(ident: Identifier): UnboundFunction = throw new NoSuchFunctionException(ident)
}
