package brickyard.rest

import java.io.IOException
import java.net.{ConnectException, URI, URLEncoder}
import java.net.http.{HttpClient, HttpRequest, HttpResponse, HttpTimeoutException}
import java.nio.charset.StandardCharsets.UTF_8
import java.time.Duration

import scala.annotation.tailrec

import com.fasterxml.jackson.core.JacksonException
import com.fasterxml.jackson.databind.{JsonNode, ObjectMapper}

/** The server answered, and refused. `code` is the error_code of Databricks' APIs. */
final class RestFailure(val status: Int, val code: String, message: String) extends RuntimeException(message) {
  def isMissing: Boolean = status == 404
  def isTaken: Boolean = code.endsWith("ALREADY_EXISTS")
}

/** The server did not answer. */
final class ServerUnavailable(message: String, cause: Throwable) extends RuntimeException(message, cause)

/** JSON over HTTP with one server. Thread-safe; nothing is cached. No message has the token in it. */
final class RestClient(server: Server) {
  import RestClient._

  def get(path: Seq[String], query: Seq[(String, String)] = Nil): JsonNode = send("GET", path, query, None)

  def post(path: Seq[String], body: AnyRef): JsonNode = send("POST", path, Nil, Some(body))

  def patch(path: Seq[String], body: AnyRef): JsonNode = send("PATCH", path, Nil, Some(body))

  def delete(path: Seq[String], query: Seq[(String, String)] = Nil): JsonNode = send("DELETE", path, query, None)

  private def send(method: String, path: Seq[String], query: Seq[(String, String)], body: Option[AnyRef]): JsonNode = {
    val parameters = query.map { case (name, value) => s"$name=${encoded(value)}" }.mkString("&")
    val uri = s"${server.uri}/${path.map(encoded).mkString("/")}${if (parameters.isEmpty) "" else s"?$parameters"}"
    val content = body.fold(HttpRequest.BodyPublishers.noBody()) { value =>
      HttpRequest.BodyPublishers.ofString(Json.writeValueAsString(value))
    }
    val request = HttpRequest
      .newBuilder(URI.create(uri))
      .timeout(AnswerTimeout)
      .header("Authorization", s"Bearer ${server.token}")
      .header("Content-Type", "application/json")
      .method(method, content)
      .build()
    read(s"$method ${path.mkString("/")}", exchange(request, if (method == "GET") Attempts else 1))
  }

  /** A server that restarts refuses connections for a moment. A GET may be sent again, whatever became of it. */
  @tailrec
  private def exchange(request: HttpRequest, attempts: Int): HttpResponse[String] = {
    val answer =
      try Right(Http.send(request, HttpResponse.BodyHandlers.ofString(UTF_8)))
      catch { case error: IOException => Left(error) }
    answer match {
      case Right(response) => response
      case Left(error) if attempts > 1 && !isSlow(error) =>
        Thread.sleep(PauseMillis)
        exchange(request, attempts - 1)
      case Left(error) => throw new ServerUnavailable(unavailable(error), error)
    }
  }

  private def isSlow(error: IOException): Boolean =
    error.isInstanceOf[HttpTimeoutException] && !error.isInstanceOf[java.net.http.HttpConnectTimeoutException]

  private def unavailable(error: IOException): String = {
    val what = error match {
      case _: ConnectException => "refuses the connection"
      case _: HttpTimeoutException => s"did not answer within ${AnswerTimeout.toSeconds} seconds"
      case other => s"broke off (${other.getClass.getSimpleName})"
    }
    s"The Brickyard server at ${server.uri} $what. Is it running?"
  }

  private def read(call: String, response: HttpResponse[String]): JsonNode = {
    val body =
      try Json.readTree(response.body)
      catch { case _: JacksonException => Json.createObjectNode() }
    if (response.statusCode < 400) body
    else {
      val message = body.path("message").asText("")
      throw new RestFailure(
        response.statusCode,
        body.path("error_code").asText(""),
        if (message.nonEmpty) message
        else s"The Brickyard server at ${server.uri} answers $call with status ${response.statusCode}."
      )
    }
  }
}

object RestClient {
  private val Attempts = 4
  private val PauseMillis = 150L
  private val AnswerTimeout = Duration.ofSeconds(60)

  private[rest] val Json = new ObjectMapper

  // HTTP/1.1: an offer to upgrade would be one more round trip for nothing.
  private lazy val Http = HttpClient
    .newBuilder()
    .version(HttpClient.Version.HTTP_1_1)
    .connectTimeout(Duration.ofSeconds(5))
    .build()

  private def encoded(text: String): String = URLEncoder.encode(text, UTF_8).replace("+", "%20")
}
