package org.apache.spark.sql.connect

import org.apache.spark.sql.connect.service.{SessionKey, SparkConnectService}

import scala.util.control.NonFatal

/** The sessions of the started server; only this package may ask for them. */
object ConnectSessions {

  /** Close a session as its client would: its queries and streams end. One that is closed stays so. */
  def close(user: String, session: String): Unit =
    try SparkConnectService.sessionManager.closeSession(SessionKey(user, session), allowReconnect = false)
    catch { case NonFatal(failure) => System.err.println(s"session $session cannot be closed: $failure") }
}
