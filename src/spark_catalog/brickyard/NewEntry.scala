package brickyard

import java.io.IOException
import java.net.URI
import java.nio.file.{FileAlreadyExistsException, Files, Paths}
import java.util.UUID

import brickyard.Refusals.translated
import brickyard.rest.{NewTable, RestFailure, TableName, UnityCatalog}

import scala.jdk.CollectionConverters._

import org.apache.hadoop.fs.Path
import org.apache.spark.sql.SparkSession
import org.apache.spark.sql.catalyst.analysis.{NoSuchNamespaceException, TableAlreadyExistsException}
import org.apache.spark.sql.connector.catalog.{Table, TableCatalog, TableInfo}

/** A table that is being made: its name, its folder, and what is registered of it when its first commit is there.
  *
  * @param managed
  *   it lies in its schema's folder, where this found a place for it
  * @param reserved
  *   the folder was made by this, and is nobody else's
  */
final class NewEntry private (
    unity: UnityCatalog,
    name: TableName,
    val path: Path,
    managed: Boolean,
    reserved: Boolean,
    info: TableInfo
) {
  private val given = info.properties.asScala.toMap
  private var committed = false

  /** The first commit is there. From now on the folder's content is this table's. */
  def dataAreThere(): Unit = committed = true

  /** Make the table known, with the columns that its log has. */
  def register(table: Table): Unit = {
    val partitionBy = table.partitioning.toSeq.filter(_.name == "identity").flatMap(_.references).map { reference =>
      reference.fieldNames.mkString(".")
    }
    val entry = NewTable(
      name = name,
      location = path.toUri.toString,
      managed = managed,
      columns = Columns.infos(table.schema, partitionBy),
      comment = given.getOrElse(TableCatalog.PROP_COMMENT, ""),
      properties = NewEntry.userProperties(given)
    )
    try translated(unity.register(entry))
    catch {
      case failure: RestFailure if failure.isTaken => throw new TableAlreadyExistsException(name.parts)
      case failure: RestFailure if failure.isMissing =>
        throw new NoSuchNamespaceException(Seq(name.catalog, name.schema))
    }
  }

  /** Take away what a table that was not registered has left, if it is certain that nobody else has put it there:
    * another session may be making a table in the same folder, and its commit wins.
    */
  def giveUp(session: SparkSession): Unit =
    if (reserved) {
      val files = path.getFileSystem(session.sparkContext.hadoopConfiguration)
      val log = new Path(path, "_delta_log")
      def hasCommit = files.exists(log) && files.listStatus(log).exists(_.getPath.getName.endsWith(".json"))
      if (committed || !hasCommit) files.delete(path, true)
    }
}

object NewEntry {
  private val OptionPrefix = TableCatalog.OPTION_PREFIX
  private val Reserved = Set(
    TableCatalog.PROP_LOCATION,
    TableCatalog.PROP_IS_MANAGED_LOCATION,
    TableCatalog.PROP_EXTERNAL,
    TableCatalog.PROP_TABLE_TYPE,
    TableCatalog.PROP_COMMENT,
    TableCatalog.PROP_COLLATION,
    TableCatalog.PROP_PROVIDER,
    TableCatalog.PROP_OWNER
  )

  /** @throws NoSuchNamespaceException
    *   no such schema
    * @throws TableAlreadyExistsException
    *   there is a table of that name
    */
  def of(unity: UnityCatalog, name: TableName, info: TableInfo): NewEntry = {
    val schema = translated(unity.schema(name.catalog, name.schema))
      .getOrElse(throw new NoSuchNamespaceException(Seq(name.catalog, name.schema)))
    if (translated(unity.hasTable(name))) throw new TableAlreadyExistsException(name.parts)
    Option(info.properties.get(TableCatalog.PROP_LOCATION)) match {
      case Some(location) =>
        val path = absolute(location)
        new NewEntry(unity, name, path, managed = false, reserve(path), info)
      case None =>
        val (path, reserved) = place(new Path(new URI(schema.storageRoot)), name.table)
        new NewEntry(unity, name, path, managed = true, reserved, info)
    }
  }

  /** What the user set with TBLPROPERTIES. Spark hands clauses over as properties, too, and options even twice. */
  def userProperties(properties: Map[String, String]): Map[String, String] = {
    val options = properties.keySet.filter(_.startsWith(OptionPrefix))
    properties -- Reserved -- options -- options.map(_.stripPrefix(OptionPrefix))
  }

  def absolute(location: String): Path = {
    val path = if (location.startsWith("file:")) new Path(new URI(location.replace(" ", "%20"))) else new Path(location)
    if (!path.isAbsolute) throw Refusals.invalid(s"The location '$location' is no absolute path or URI")
    path
  }

  /** The schema's folder and the table's name. Where something lies there, the name gets a suffix: a dropped table's
    * history must not come back, and a renamed table keeps its folder.
    */
  private def place(root: Path, table: String): (Path, Boolean) = {
    val folder = table.replaceAll("[^A-Za-z0-9_-]", "_")
    val path = new Path(root, folder)
    if (reserve(path)) (path, true)
    else {
      val other = new Path(root, s"$folder-${UUID.randomUUID.toString.take(8)}")
      (other, reserve(other))
    }
  }

  /** Make a folder that is not there. False: it is there already, or is not on this machine's disk. */
  private def reserve(path: Path): Boolean =
    Option(path.toUri.getScheme).forall(_ == "file") && {
      val folder = Paths.get(path.toUri.getPath)
      try {
        Option(folder.getParent).foreach(parent => Files.createDirectories(parent))
        Files.createDirectory(folder)
        true
      } catch {
        case _: FileAlreadyExistsException => false
        // Whoever writes there next says what is wrong, with the error of writing.
        case _: IOException => false
      }
    }
}
