package brickyard

import org.apache.spark.sql.SparkSession
import org.apache.spark.sql.connect.{ConnectPort, ConnectSessions}
import org.apache.spark.sql.connect.service.SparkConnectService

import scala.io.Source

/** Spark Connect for as long as standard input is open.
  *
  * The configuration is Spark's own: system properties `spark.*`, or what spark-submit sets. `ready <port>` on standard
  * output tells that requests are answered; with `spark.connect.grpc.binding.port` 0 the port is one that was free.
  *
  * A line `close <user> <session>` on standard input closes a session whose client is gone, with its streams.
  */
object Main {
  private val Grace = 10_000L // milliseconds

  def main(arguments: Array[String]): Unit = {
    val lease = endWithStandardInput()
    try {
      val session = SparkSession.builder().getOrCreate()
      SparkConnectService.start(session.sparkContext)
    } catch {
      case failure: Throwable =>
        failure.printStackTrace()
        System.exit(1) // threads that were started already would keep the process
    }
    System.out.println(s"ready ${ConnectPort.get}")
    System.out.flush()
    lease.join() // Spark's own threads are daemons
  }

  /** The pipe closes when its other end goes away, however it does; so no server is left behind by a killed parent.
    * It is watched from the first moment, since starting takes seconds.
    */
  private def endWithStandardInput(): Thread =
    daemon("standard-input") {
      Source.fromInputStream(System.in, "UTF-8").getLines().map(_.split(' ')).foreach {
        // Beside this thread: a stream that does not stop must not keep the end of the pipe from being seen.
        case Array("close", user, session) => daemon("close-session")(ConnectSessions.close(user, session))
        case _ =>
      }
      // The hooks stop Spark and delete its folders; one that hangs must not keep the process.
      daemon("last-resort") {
        Thread.sleep(Grace)
        Runtime.getRuntime.halt(1)
      }
      System.exit(0)
    }

  private def daemon(name: String)(work: => Unit): Thread = {
    val thread = new Thread(() => work, name)
    thread.setDaemon(true)
    thread.start()
    thread
  }
}
