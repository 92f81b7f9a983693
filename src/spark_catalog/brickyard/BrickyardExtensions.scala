package brickyard

import org.apache.spark.sql.SparkSessionExtensions

/** `spark.sql.extensions`: to be named behind Delta's, whose parser this one asks. */
class BrickyardExtensions extends (SparkSessionExtensions => Unit) {
  override def apply(extensions: SparkSessionExtensions): Unit =
    extensions.injectParser((session, parser) => new CatalogParser(session, parser))
}
