"""garner.dump - a database as the SQL that makes it anew (Connection.iterdump).

Each table is read as it is when its turn comes. For a dump of one moment, while
others write, dump a copy: conn.backup(copy), then copy.iterdump().
"""

SCHEMA = ("select name, type, sql from sqlite_master where sql not null"
          " and type {} {} order by {}")


def name_of(identifier):
    return '"' + identifier.replace('"', '""') + '"'


def text_of(text):
    return "'" + text.replace("'", "''") + "'"


def _rows_of(cursor, table):
    """The statements that fill a table."""
    columns = cursor.execute("select name from pragma_table_info(?)", (table,)).fetchall()
    values = " || ',' || ".join(f"quote({name_of(column)})" for column, in columns)
    into = text_of(f"INSERT INTO {name_of(table)} VALUES(")
    for line, in cursor.execute(f"select {into} || {values} || ')' from {name_of(table)}"):
        yield f"{line};"


def _tables(cursor, named, sequences):
    """Tables and their rows; what counts them goes to sequences, for the end."""
    virtual = False
    tables = cursor.execute(SCHEMA.format("= 'table'", named[0], "name"), named[1]).fetchall()
    for table, _, sql in tables:
        if table == "sqlite_sequence":
            sequences.append('DELETE FROM "sqlite_sequence";')
            sequences += _rows_of(cursor, table)
            continue
        if table == "sqlite_stat1":
            yield 'ANALYZE "sqlite_master";'
        elif table.startswith("sqlite_"):
            continue
        elif sql.upper().startswith("CREATE VIRTUAL TABLE"):
            # Its own statement would make anew the tables that lie behind it.
            if not virtual:
                virtual = True
                yield "PRAGMA writable_schema=ON;"
            yield ("INSERT INTO sqlite_master(type,name,tbl_name,rootpage,sql)VALUES('table',"
                   f"{text_of(table)},{text_of(table)},0,{text_of(sql)});")
            continue
        else:
            yield f"{sql};"
        yield from _rows_of(cursor, table)
    if virtual:
        sequences.insert(0, "PRAGMA writable_schema=OFF;")


def _violated(cursor):
    """Whether some row refers to what is not there. Foreign keys that cannot be
    checked (they refer to columns that are not unique) do not count."""
    try:
        return cursor.execute("select 1 from pragma_foreign_key_check limit 1").fetchone()
    except cursor.connection.OperationalError:
        return False


def _iterdump(connection, *, filter=None):
    """Yields statement after statement; filter is a LIKE pattern of names."""
    cursor = connection.cursor()
    cursor.row_factory = None
    named = ("", ()) if filter is None else ("and name like ?", (filter,))
    if _violated(cursor):
        yield "PRAGMA foreign_keys=OFF;"
    yield "BEGIN TRANSACTION;"
    last = []
    yield from _tables(cursor, named, last)
    others = SCHEMA.format("in ('index', 'trigger', 'view')", named[0], "rowid")
    for _, _, sql in cursor.execute(others, named[1]).fetchall():
        yield f"{sql};"
    yield from last
    yield "COMMIT;"
