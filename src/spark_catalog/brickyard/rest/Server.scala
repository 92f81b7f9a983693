package brickyard.rest

import org.apache.spark.sql.SparkSession
import org.apache.spark.sql.util.CaseInsensitiveStringMap

/** The Brickyard server of a session.
  *
  * @param uri
  *   of its Unity Catalog API, such as http://127.0.0.1:5000/api/2.1/unity-catalog
  */
final case class Server(uri: String, token: String) {

  /** Without the token: this is what gets into logs and messages. */
  override def toString: String = uri
}

object Server {
  // Spark's default spark.redaction.regex hides the values of names with "token" in them.
  private val Uri = "spark.brickyard.uri"
  private val Token = "spark.brickyard.token"

  /** The server that a session's configuration names; None: it names none. */
  def of(session: SparkSession): Option[Server] =
    session.conf.getOption(Uri).filter(_.nonEmpty).map { uri =>
      Server(uri.stripSuffix("/"), checked(session.conf.getOption(Token)))
    }

  /** The server of one catalog: its options `uri` and `token` win over the session's. */
  def of(session: SparkSession, catalog: String, options: CaseInsensitiveStringMap): Server = {
    val ofSession = of(session)
    val uri = Option(options.get("uri")).map(_.stripSuffix("/")).orElse(ofSession.map(_.uri)).getOrElse {
      throw new IllegalArgumentException(
        s"The catalog $catalog knows no Brickyard server: set $Uri and $Token in the session, " +
          s"or spark.sql.catalog.$catalog.uri and spark.sql.catalog.$catalog.token."
      )
    }
    Server(uri, checked(Option(options.get("token")).orElse(ofSession.map(_.token))))
  }

  /** What cannot stand in a header is refused here: the HTTP client's message would show it. */
  private def checked(token: Option[String]): String = {
    val text = token.getOrElse("").trim
    if (!text.forall(character => character > ' ' && character <= '~'))
      throw new IllegalArgumentException(s"$Token is no token: it has spaces or other special characters.")
    text
  }
}
