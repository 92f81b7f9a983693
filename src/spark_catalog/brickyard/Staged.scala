package brickyard

import java.util.{Map => JMap, Set => JSet}

import scala.jdk.CollectionConverters._

import org.apache.spark.sql.connector.catalog._
import org.apache.spark.sql.connector.expressions.Transform
import org.apache.spark.sql.connector.write.{LogicalWriteInfo, WriteBuilder}
import org.apache.spark.sql.types.StructType

/** A table that Delta writes in one commit to a folder, and what the catalog does before and after.
  *
  * @param staged
  *   Delta's part, by path
  * @param commit
  *   given Delta's commit to run, and the options of the write
  */
final class Staged(
    staged: StagedTable,
    commit: (() => Unit, Map[String, String]) => Unit,
    abort: () => Unit
) extends StagedTable
    with SupportsWrite {
  private var options = Map.empty[String, String]

  override def commitStagedChanges(): Unit = commit(() => staged.commitStagedChanges(), options)

  override def abortStagedChanges(): Unit =
    try staged.abortStagedChanges()
    finally abort()

  override def newWriteBuilder(info: LogicalWriteInfo): WriteBuilder = {
    options = info.options.asCaseSensitiveMap.asScala.toMap
    staged match {
      case writable: SupportsWrite => writable.newWriteBuilder(info)
      case other => throw new UnsupportedOperationException(s"${other.getClass.getName} takes no rows")
    }
  }

  override def name(): String = staged.name
  override def schema(): StructType = staged.schema
  override def columns(): Array[Column] = staged.columns
  override def partitioning(): Array[Transform] = staged.partitioning
  override def properties(): JMap[String, String] = staged.properties
  override def capabilities(): JSet[TableCapability] = staged.capabilities
}
