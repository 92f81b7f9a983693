package brickyard

import org.apache.spark.sql.SparkSessionExtensions

/** `spark.sql.extensions`: to be named before Delta's, whose rules would change what these look at. */
class BrickyardRules extends (SparkSessionExtensions => Unit) {
  override def apply(extensions: SparkSessionExtensions): Unit =
    extensions.injectResolutionRule(_ => SafeAppends)
}
