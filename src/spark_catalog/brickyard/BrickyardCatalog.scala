package brickyard

import java.net.URI

import brickyard.Refusals.translated
import brickyard.rest.{Changes, Server, TableEntry, UnityCatalog}

import scala.jdk.CollectionConverters._

import org.apache.hadoop.fs.Path
import org.apache.spark.sql.SparkSession
import org.apache.spark.sql.catalyst.analysis.{NoSuchNamespaceException, NoSuchTableException}
import org.apache.spark.sql.connector.catalog._
import org.apache.spark.sql.util.CaseInsensitiveStringMap

/** A catalog of a Brickyard server: `spark.sql.catalog.<name> = brickyard.BrickyardCatalog`.
  *
  * The names are the server's, by its Unity Catalog REST; the tables are Delta's, by its own catalog, which stands
  * between Spark and the names. A session sets
  *
  *   - `spark.brickyard.uri`, such as http://127.0.0.1:5000/api/2.1/unity-catalog, and `spark.brickyard.token`;
  *   - `spark.sql.defaultCatalog`, and `spark.sql.catalog.<that> = brickyard.BrickyardCatalog`.
  *
  * The other catalogs are found when they are named, see [[CatalogParser]]. `spark.sql.catalog.<name>.uri` and `.token`
  * are for sessions with catalogs of more than one server.
  *
  * Tables are made and replaced here: Delta's catalog would keep them in Spark's own metastore. It writes them by path,
  * as it does for delta.`/path`, in one commit; then they are registered. So nobody sees a table half made, and a query
  * that reads the table which it replaces reads the version before. Delta is not needed to compile this: its catalog is
  * known by its name and Spark's interfaces.
  */
class BrickyardCatalog extends DelegatingCatalogExtension with StagingTableCatalog {
  private val session = SparkSession.active
  private var unity: UnityCatalog = _
  private var names: Names = _
  private var delta: StagingTableCatalog = _

  override def initialize(name: String, options: CaseInsensitiveStringMap): Unit = {
    unity = new UnityCatalog(Server.of(session, name, options))
    // The server knows catalogs by their names in lower case alone.
    names = new Names(name.toLowerCase, unity)
    val catalog = Class
      .forName(BrickyardCatalog.Delta, true, Thread.currentThread.getContextClassLoader)
      .getDeclaredConstructor()
      .newInstance()
      .asInstanceOf[StagingTableCatalog with CatalogExtension]
    catalog.initialize(names.name, options)
    catalog.setDelegateCatalog(names)
    setDelegateCatalog(catalog)
    delta = catalog
  }

  override def createTable(ident: Identifier, info: TableInfo): Table =
    make(ident, info)(path => delta.createTable(path, byPath(ident, info)))

  override def createTableLike(ident: Identifier, info: TableInfo, source: Table): Table =
    make(ident, info)(path => delta.createTableLike(path, byPath(ident, info), source))

  override def stageCreate(ident: Identifier, info: TableInfo): StagedTable =
    stageNew(ident, info, delta.stageCreate(_, _))

  override def stageReplace(ident: Identifier, info: TableInfo): StagedTable =
    names.find(ident).map(stageOver(ident, info, _)).getOrElse(throw new NoSuchTableException(names.parts(ident)))

  override def stageCreateOrReplace(ident: Identifier, info: TableInfo): StagedTable =
    names.find(ident).map(stageOver(ident, info, _)).getOrElse(stageNew(ident, info, delta.stageCreateOrReplace(_, _)))

  override def alterTable(ident: Identifier, changes: TableChange*): Table = {
    val moves = changes.exists {
      case set: TableChange.SetProperty => set.property == TableCatalog.PROP_LOCATION
      case _ => false
    }
    if (moves) throw Refusals.unsupported(s"The table ${names.parts(ident).mkString(".")} stays where it lies")
    delta.alterTable(ident, changes: _*)
    names.alterTable(ident, changes: _*)
    loadTable(ident)
  }

  override def loadChangelog(
      ident: Identifier,
      context: ChangelogContext,
      options: CaseInsensitiveStringMap
  ): Changelog = delta.loadChangelog(ident, context, options)

  private def make(ident: Identifier, info: TableInfo)(create: Identifier => Unit): Table = {
    val entry = newEntry(ident, info)
    try {
      create(atPath(entry.path))
      entry.dataAreThere()
      entry.register(delta.loadTable(atPath(entry.path)))
    } catch {
      case failure: Throwable =>
        entry.giveUp(session)
        throw failure
    }
    loadTable(ident)
  }

  private def stageNew(
      ident: Identifier,
      info: TableInfo,
      stage: (Identifier, TableInfo) => StagedTable
  ): StagedTable = {
    val entry = newEntry(ident, info)
    new Staged(
      stage(atPath(entry.path), byPath(ident, info)),
      (commit, _) => {
        commit()
        entry.dataAreThere()
        entry.register(delta.loadTable(atPath(entry.path)))
      },
      () => entry.giveUp(session)
    )
  }

  private def stageOver(ident: Identifier, info: TableInfo, entry: TableEntry): StagedTable = {
    val path = new Path(new URI(entry.location))
    Option(info.properties.get(TableCatalog.PROP_LOCATION)).map(NewEntry.absolute).foreach { other =>
      if (other.toUri.getPath != path.toUri.getPath)
        throw Refusals.invalid(s"The table ${names.parts(ident).mkString(".")} lies at $path, not at $other")
    }
    new Staged(
      delta.stageReplace(atPath(path), byPath(ident, info)),
      (commit, options) => {
        commit()
        // saveAsTable replaces the rows alone; what the catalog tells of the table stays.
        if (!options.get(BrickyardCatalog.SaveAsTable).contains("true")) describe(ident, info, entry)
      },
      () => ()
    )
  }

  private def describe(ident: Identifier, info: TableInfo, before: TableEntry): Unit = {
    val given = info.properties.asScala.toMap
    val changes = Changes(
      comment = Some(given.getOrElse(TableCatalog.PROP_COMMENT, "")).filter(_ != before.comment),
      properties = Some(NewEntry.userProperties(given)).filter(_ != before.properties)
    )
    names.tableName(ident).foreach(names.update(_, changes))
  }

  private def newEntry(ident: Identifier, info: TableInfo): NewEntry = {
    val name = names.tableName(ident).getOrElse(throw notNew(ident))
    requireDelta(ident, info)
    NewEntry.of(unity, name, info)
  }

  private def notNew(ident: Identifier): Throwable = ident.namespace match {
    case Array(schema) => Refusals.invalidName(if (Names.isName(schema)) ident.name else schema)
    // Spark takes a first part that is no catalog for a part of the schema's name.
    case Array(catalog, schema) => new NoSuchNamespaceException(Seq(catalog, schema))
    case parts => Refusals.tooManyParts(parts.toSeq :+ ident.name)
  }

  private def requireDelta(ident: Identifier, info: TableInfo): Unit =
    Option(info.properties.get(TableCatalog.PROP_PROVIDER)).filterNot(_.equalsIgnoreCase("delta")).foreach { format =>
      throw Refusals.otherFormat(names.parts(ident), format)
    }

  /** The same table for Delta's catalog: of format delta, and without what its path says. */
  private def byPath(ident: Identifier, info: TableInfo): TableInfo = {
    requireDelta(ident, info)
    val given = info.properties.asScala.toMap - TableCatalog.PROP_LOCATION
    val properties = given + (TableCatalog.PROP_PROVIDER -> "delta")
    new TableInfo.Builder()
      .withPartitions(info.partitions)
      .withConstraints(info.constraints)
      .withColumns(info.columns)
      .withProperties(properties.asJava)
      .asInstanceOf[TableInfo.Builder]
      .build()
  }

  /** What stands for this catalog in the plans that messages show. */
  override def toString: String = s"BrickyardCatalog(${name()})"

  private def atPath(path: Path): Identifier = Identifier.of(Array("delta"), path.toString)
}

object BrickyardCatalog {
  private val Delta = "org.apache.spark.sql.delta.catalog.DeltaCatalog"

  /** The option by which Spark tells saveAsTable from REPLACE TABLE; Delta reads it, too. */
  private val SaveAsTable = "__v1_save_as_table_overwrite"
}
