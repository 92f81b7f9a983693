package brickyard

import java.net.URI
import java.util.{Map => JMap}

import brickyard.Refusals.translated
import brickyard.rest.{Changes, RestFailure, ServerUnavailable, TableEntry, TableName, UnityCatalog}

import scala.jdk.CollectionConverters._

import org.apache.spark.sql.catalyst.TableIdentifier
import org.apache.spark.sql.catalyst.analysis._
import org.apache.spark.sql.catalyst.catalog.{CatalogStorageFormat, CatalogTable, CatalogTableType}
import org.apache.spark.sql.connector.catalog._
import org.apache.spark.sql.connector.expressions.Transform
import org.apache.spark.sql.types.StructType
import org.apache.spark.sql.util.CaseInsensitiveStringMap

/** One catalog of the server as Spark asks for it: the names and locations of tables. What lies there is Delta's.
  *
  * Nothing is kept: each question goes to the server, so that what others change is seen at once.
  */
final class Names(override val name: String, unity: UnityCatalog) extends TableCatalog with NoFunctions {
  override def initialize(name: String, options: CaseInsensitiveStringMap): Unit = ()

  /** The table's full name; None: it can be no table's. */
  def tableName(ident: Identifier): Option[TableName] = ident.namespace match {
    case Array(schema) if Names.isName(schema) && Names.isName(ident.name) =>
      Some(TableName(name, schema.toLowerCase, ident.name.toLowerCase))
    case _ => None
  }

  def parts(ident: Identifier): Seq[String] = (name +: ident.namespace.toSeq) :+ ident.name

  def find(ident: Identifier): Option[TableEntry] = tableName(ident).flatMap(known => translated(unity.table(known)))

  override def loadTable(ident: Identifier): Table = {
    val entry = find(ident).getOrElse(throw new NoSuchTableException(parts(ident)))
    if (entry.format != "delta")
      throw Refusals.unsupported(s"The table ${parts(ident).mkString(".")} is no Delta table")
    // Without columns: Delta reads them from its log. With a copy, that may be old, a stream that reads the table fails
    // after ALTER TABLE.
    V1Tables.of(
      CatalogTable(
        identifier = TableIdentifier(ident.name.toLowerCase, ident.namespace.headOption.map(_.toLowerCase), Some(name)),
        tableType = if (entry.managed) CatalogTableType.MANAGED else CatalogTableType.EXTERNAL,
        storage = CatalogStorageFormat.empty.copy(locationUri = Some(new URI(entry.location))),
        schema = new StructType(),
        provider = Some("delta"),
        owner = entry.owner,
        createTime = entry.createdAt,
        comment = Option(entry.comment).filter(_.nonEmpty),
        tracksPartitionsInCatalog = false
      )
    )
  }

  override def tableExists(ident: Identifier): Boolean =
    tableName(ident).exists(known => translated(unity.hasTable(known)))

  override def listTables(namespace: Array[String]): Array[Identifier] = {
    val schema = schemaName(namespace).getOrElse(throw noSchema(namespace))
    val tables = translated(unity.tables(name, schema)).getOrElse(throw noSchema(namespace))
    tables.map(Identifier.of(Array(schema), _)).toArray
  }

  override def createTable(
      ident: Identifier,
      schema: StructType,
      partitions: Array[Transform],
      properties: JMap[String, String]
  ): Table = throw Refusals.otherFormat(parts(ident), properties.getOrDefault(TableCatalog.PROP_PROVIDER, "no format"))

  /** Only what the catalog itself keeps is changed here: comment and properties. */
  override def alterTable(ident: Identifier, changes: TableChange*): Table = {
    val known = tableName(ident).getOrElse(throw new NoSuchTableException(parts(ident)))
    val entry = find(ident).getOrElse(throw new NoSuchTableException(parts(ident)))
    val (comments, others) = changes.partition {
      case set: TableChange.SetProperty => set.property == TableCatalog.PROP_COMMENT
      case remove: TableChange.RemoveProperty => remove.property == TableCatalog.PROP_COMMENT
      case _ => false
    }
    val comment = comments.lastOption.map {
      case set: TableChange.SetProperty => set.value
      case _ => ""
    }
    val properties = others.foldLeft(entry.properties) {
      case (left, set: TableChange.SetProperty) => left + (set.property -> set.value)
      case (left, remove: TableChange.RemoveProperty) => left - remove.property
      case (left, _) => left
    }
    update(known, Changes(comment = comment, properties = Some(properties).filter(_ != entry.properties)))
    loadTable(ident)
  }

  def update(table: TableName, changes: Changes): Unit =
    if (changes != Changes()) translated(unity.updateTable(table, changes))

  override def dropTable(ident: Identifier): Boolean =
    tableName(ident).exists(known => translated(unity.dropTable(known)))

  /** The server takes the data of managed tables away; there is nothing left that could be purged. */
  override def purgeTable(ident: Identifier): Boolean = dropTable(ident)

  override def renameTable(from: Identifier, to: Identifier): Unit = {
    val old = tableName(from).getOrElse(throw new NoSuchTableException(parts(from)))
    // ALTER TABLE … RENAME TO takes the new name as it is written, so a catalog may stand in front.
    val namespace = if (to.namespace.length == 2 && to.namespace.head.equalsIgnoreCase(name)) to.namespace.tail
    else to.namespace
    val other = Identifier.of(namespace, to.name)
    if (!namespace.map(_.toLowerCase).sameElements(Array(old.schema)))
      throw Refusals.unsupported(
        s"The table ${old.full} can only be renamed within its schema. For another one, use CREATE TABLE … AS SELECT, " +
          "and drop the old one"
      )
    val renamed = tableName(other).getOrElse(throw Refusals.invalidName(to.name))
    try translated(unity.updateTable(old, Changes(name = Some(renamed.table))))
    catch {
      case failure: RestFailure if failure.isTaken => throw new TableAlreadyExistsException(parts(other))
      case failure: RestFailure if failure.isMissing => throw new NoSuchTableException(parts(from))
    }
  }

  override def defaultNamespace(): Array[String] = Array(Names.DefaultSchema)

  override def listNamespaces(): Array[Array[String]] =
    translated(unity.schemas(name)).getOrElse(throw new NoSuchNamespaceException(Array(name))).map(Array(_)).toArray

  override def listNamespaces(namespace: Array[String]): Array[Array[String]] =
    if (namespace.isEmpty) listNamespaces()
    else if (namespaceExists(namespace)) Array.empty
    else throw noSchema(namespace)

  override def namespaceExists(namespace: Array[String]): Boolean =
    schemaName(namespace).exists(schema => translated(unity.schema(name, schema)).isDefined)

  override def loadNamespaceMetadata(namespace: Array[String]): JMap[String, String] = {
    val schema = schemaName(namespace).getOrElse(throw noSchema(namespace))
    val entry = translated(unity.schema(name, schema)).getOrElse(throw noSchema(namespace))
    val known = Map(
      SupportsNamespaces.PROP_COMMENT -> entry.comment,
      SupportsNamespaces.PROP_LOCATION -> entry.storageRoot,
      SupportsNamespaces.PROP_OWNER -> entry.owner
    )
    (entry.properties ++ known.filter(_._2.nonEmpty)).asJava
  }

  override def createNamespace(namespace: Array[String], metadata: JMap[String, String]): Unit = {
    // Spark takes a first part that is no catalog for a part of the schema's name.
    val schema = schemaName(namespace).getOrElse {
      if (namespace.length > 1) throw Refusals.noCatalog(namespace.head)
      throw Refusals.invalidName(namespace.mkString("."))
    }
    val given = metadata.asScala.toMap
    if (given.contains(SupportsNamespaces.PROP_LOCATION))
      throw Refusals.unsupported("A schema's tables lie in the home folder: leave LOCATION out")
    val comment = given.getOrElse(SupportsNamespaces.PROP_COMMENT, "")
    try translated(unity.createSchema(name, schema, comment, given -- Names.Reserved))
    catch {
      case failure: RestFailure if failure.isTaken => throw new NamespaceAlreadyExistsException(Array(name, schema))
      case failure: RestFailure if failure.isMissing => throw Refusals.invalid(failure.getMessage)
    }
  }

  override def alterNamespace(namespace: Array[String], changes: NamespaceChange*): Unit = {
    val schema = schemaName(namespace).getOrElse(throw noSchema(namespace))
    val entry = translated(unity.schema(name, schema)).getOrElse(throw noSchema(namespace))
    val after = changes.foldLeft(entry.properties) {
      case (left, set: NamespaceChange.SetProperty) if set.property == SupportsNamespaces.PROP_LOCATION =>
        throw Refusals.unsupported(s"The schema $name.$schema stays where it lies")
      case (left, set: NamespaceChange.SetProperty) => left + (set.property -> set.value)
      case (left, remove: NamespaceChange.RemoveProperty) => left - remove.property
      case (left, _) => left
    }
    val comment = after.get(SupportsNamespaces.PROP_COMMENT)
    translated(unity.updateSchema(name, schema, Changes(comment = comment, properties = Some(after -- Names.Reserved))))
  }

  override def dropNamespace(namespace: Array[String], cascade: Boolean): Boolean = {
    val schema = schemaName(namespace).getOrElse(throw noSchema(namespace))
    try unity.dropSchema(name, schema, force = cascade) || (throw noSchema(namespace))
    catch {
      case failure: RestFailure if failure.code == "BAD_REQUEST" =>
        throw new NonEmptyNamespaceException(Array(name, schema), failure.getMessage, None)
      case failure @ (_: RestFailure | _: ServerUnavailable) => translated(throw failure)
    }
  }

  def noSchema(namespace: Array[String]): NoSuchNamespaceException =
    new NoSuchNamespaceException(name +: namespace.toSeq)

  private def schemaName(namespace: Array[String]): Option[String] = namespace match {
    case Array(schema) if Names.isName(schema) => Some(schema.toLowerCase)
    case _ => None
  }
}

object Names {
  val DefaultSchema = "default"

  private val Reserved =
    Set(SupportsNamespaces.PROP_COMMENT, SupportsNamespaces.PROP_LOCATION, SupportsNamespaces.PROP_OWNER)

  // Unity Catalog's rule, and the server's. A name that breaks it is not asked for: in a path it would mean another.
  private val Forbidden = """[\x00-\x1f\x7f-\x9f\s./`]""".r.unanchored

  def isName(text: String): Boolean = text.nonEmpty && !Forbidden.matches(text)
}
