package org.apache.spark.sql.connect

import org.apache.spark.sql.connect.service.SparkConnectService

/** The port that the started server listens on; only this package may ask for it. */
object ConnectPort {
  def get: Int = SparkConnectService.localPort
}
