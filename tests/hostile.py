"""Names and values that somebody could send to do harm, for tests that send them."""

FORMULA = "=cmd|' /C calc'!A0"

KEYS = (
    "hostile/../../etc/passwd.csv",
    "hostile/%2E%2E%2F%2Fetc%2Fpasswd+x y.csv",
    "hostile/{}{0}%s%(key)s${jndi:ldap:__x}.csv",
    "hostile/<script>alert(1)</script>&amp;.csv",
    f"hostile/{FORMULA}.csv",
    "hostile/`id`$(id);rm -rf 'x' \"y\" | tee #?*.csv",
    "hostile/first line\nWhy: nothing at all\r\n\x1b[2J\u202egnp.csv",
    "=1+1/@SUM(A1).csv",
    "-x/+x.csv",
    "../x.csv",
    "hostile/..",
    "hostile/😀é.csv",
    "h" * 1020 + ".csv",
)
"""Keys of at most 1,024 bytes, as S3 takes them."""

VALUES = (
    FORMULA,
    "+1+1",
    "-2+3",
    "@SUM(1)",
    "\t=1",
    "<script>alert(1)</script>",
    "{}{0}%s${x}",
    "'; DROP TABLE people; --",
    "`id` $(id)",
    "../../etc/passwd",
    "[red]\x1b[2Jcleared",
    "two\nlines",
)
"""Fields of a file, which have to arrive as they are."""

COLUMNS = ("=name", "a`b", "c.d e;f", "'g' \"h\"", "<i>%s{}</i>")
"""Columns' names, as far as Parquet takes them."""
