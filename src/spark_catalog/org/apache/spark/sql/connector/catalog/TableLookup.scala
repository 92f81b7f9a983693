package org.apache.spark.sql.connector.catalog

import org.apache.spark.sql.SparkSession
import org.apache.spark.sql.classic

/** What a written name means to a session; how Spark finds out is open to this package alone. */
object TableLookup {

  /** The catalog and the table's name in it; None: a temporary view. */
  def of(session: SparkSession, parts: Seq[String]): Option[(CatalogPlugin, Identifier)] = {
    val state = session.asInstanceOf[classic.SparkSession].sessionState
    val lookup = new LookupCatalog {
      override protected val catalogManager: CatalogManager = state.catalogManager
      def apply(): (CatalogPlugin, Identifier) = parts match {
        case CatalogAndIdentifier(catalog, ident) => (catalog, ident)
      }
    }
    if (state.catalog.isTempView(parts)) None else Some(lookup())
  }
}
