package brickyard

import org.apache.spark.sql.catalyst.expressions.Cast
import org.apache.spark.sql.catalyst.plans.logical.{LogicalPlan, V2WriteCommand}
import org.apache.spark.sql.catalyst.rules.Rule
import org.apache.spark.sql.execution.datasources.v2.DataSourceV2Relation
import org.apache.spark.sql.types._

/** Data of a DataFrame go into a table only where each value keeps its meaning, as on Databricks.
  *
  * Delta would cast them as SQL's INSERT does: 7.5 becomes 7 in a column of whole numbers. Where saveAsTable
  * overwrites, it refuses them by itself.
  */
object SafeAppends extends Rule[LogicalPlan] {
  override def apply(plan: LogicalPlan): LogicalPlan = plan.resolveOperatorsDown {
    case write: V2WriteCommand if write.isByName && write.origin.sqlText.isEmpty && write.query.resolved =>
      write.table match {
        case relation: DataSourceV2Relation if relation.catalog.exists(_.isInstanceOf[BrickyardCatalog]) =>
          check(relation, write.query)
        case _ => ()
      }
      write
  }

  private def check(relation: DataSourceV2Relation, query: LogicalPlan): Unit = {
    val columns = relation.output.map(column => column.name.toLowerCase -> column).toMap
    for {
      data <- query.output
      column <- columns.get(data.name.toLowerCase)
      if !fits(data.dataType, column.dataType)
    } throw Refusals.typeMismatch(relation.name, column.name, column.dataType, data.dataType)
  }

  private def fits(data: DataType, column: DataType): Boolean = (data, column) match {
    case (_: StringType, _: StringType) | (NullType, _) => true
    // Whether nested types can be merged is Delta's to say.
    case (_: StructType | _: ArrayType | _: MapType, _: StructType | _: ArrayType | _: MapType) => true
    case (_, _: StringType) => false
    case _ => Cast.canUpCast(data, column)
  }
}
