package brickyard

import brickyard.rest.{RestFailure, Server, UnityCatalog}

import org.apache.spark.sql.SparkSession

/** The server's catalogs in a session's configuration. */
final class KnownCatalogs(session: SparkSession) {
  import KnownCatalogs._

  def isOfBrickyard: Boolean = Server.of(session).isDefined

  /** Make all catalogs of the server known: one question, of some milliseconds, for a statement. */
  def refresh(): Unit = asking(unity => unity.catalogs().foreach(add))

  /** Make a catalog known if the server has it, whatever its case. */
  def require(name: String): Unit =
    if (Names.isName(name) && !isKnown(name)) asking(unity => if (unity.hasCatalog(name.toLowerCase)) add(name))

  /** Refuse a catalog that neither the server nor Spark has: Spark's own message speaks of its configuration alone. */
  def demand(name: String): Unit = {
    require(name)
    if (!isKnown(name) && !name.equalsIgnoreCase(SessionCatalog)) throw Refusals.noCatalog(name)
  }

  private def add(name: String): Unit = if (!isKnown(name)) session.conf.set(s"$Prefix$name", ClassName)

  private def isKnown(name: String): Boolean = session.conf.getOption(s"$Prefix$name").isDefined

  /** A statement that names no table must work without the server; one that does hears of it when the table is looked
    * up. A token that is refused is told at once: nothing would be found with it.
    */
  private def asking(work: UnityCatalog => Unit): Unit =
    Server.of(session).foreach { server =>
      try Refusals.translated(work(new UnityCatalog(server)), unavailable = _ => ())
      catch { case failure: RestFailure if failure.isMissing => () }
    }
}

private object KnownCatalogs {
  private val SessionCatalog = "spark_catalog"
  private val Prefix = "spark.sql.catalog."
  private val ClassName = classOf[BrickyardCatalog].getName
}
