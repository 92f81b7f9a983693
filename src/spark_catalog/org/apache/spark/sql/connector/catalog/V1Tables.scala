package org.apache.spark.sql.connector.catalog

import org.apache.spark.sql.catalyst.catalog.CatalogTable

/** Delta recognises its tables by V1Table, which only this package may make. */
object V1Tables {
  def of(table: CatalogTable): Table = V1Table(table)
}
