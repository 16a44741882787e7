"""How dates and times are written in text files, for all readers alike.

ISO 8601 and nothing looser, so that a column which validation called a date or a timestamp never
takes a year alone or a time of day for one. https://spark.apache.org/docs/3.5.6/sql-ref-datetime-pattern.html
"""

DATE_FORMAT = "yyyy-MM-dd"
TIMESTAMP_FORMAT = "yyyy-MM-dd['T'][ ]HH:mm[:ss][.SSSSSSSSS][XXX]"
