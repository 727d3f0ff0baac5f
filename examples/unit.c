/*
 * unit.c [DATABASE] - a library with its authors, books and loans, written as
 * one unit: in whatever order they come to mind, all or nothing.
 *
 *   cc unit.c $(pkg-config --cflags --libs garner) && ./a.out
 */
#include <inttypes.h>
#include <stdio.h>

#include <garner/garner.h>

static const char *const tables[] = {
    "create table if not exists author (id integer primary key, name text)",
    "create table if not exists book (id integer primary key, author_id "
    "integer not null references author, title text)",
    "create table if not exists loan (book_id integer primary key references "
    "book, reader text)",
};

/* A loan of a book by an author: the parents come last. */
static enum garner_code add(struct garner_unit *unit, struct garner_error *err)
{
    enum garner_code code =
        garner_unit_upsert(unit, "loan", 1,
                           GARNER_FIELDS({"book_id", garner_integer(11)},
                                         {"reader", garner_text("Harriet")}),
                           err);

    if (code == GARNER_OK)
        code =
            garner_unit_upsert(unit, "book", 1,
                               GARNER_FIELDS({"id", garner_integer(11)},
                                             {"author_id", garner_integer(1)},
                                             {"title", garner_text("Emma")}),
                               err);
    if (code == GARNER_OK)
        code = garner_unit_upsert(
            unit, "author", 1,
            GARNER_FIELDS({"id", garner_integer(1)},
                          {"name", garner_text("Jane Austen")}),
            err);
    return code;
}

int main(int argc, char **argv)
{
    struct garner_options options;
    struct garner_result result;
    struct garner_store *store;
    struct garner_unit *unit;
    struct garner_error err;

    garner_options_init(&options);
    options.foreign_keys = true;
    if (garner_open(argc > 1 ? argv[1] : "library.db", &options, &store, &err))
        return fprintf(stderr, "%s\n", err.message), 1;
    for (size_t i = 0; i < sizeof tables / sizeof tables[0]; i++)
        if (garner_exec(store, tables[i], GARNER_ARGS(), NULL, &err))
            return fprintf(stderr, "%s\n", err.message), 1;
    if (garner_unit_new(store, &unit, &err) || add(unit, &err) ||
        garner_unit_write(unit, &result, &err))
        return fprintf(stderr, "%s\n", err.message), 1;
    printf("%" PRId64 " rows\n", result.changes);

    /* A book of nobody's: not even the author who is fine is written. */
    garner_unit_clear(unit);
    if (garner_unit_insert(unit, "book",
                           GARNER_FIELDS({"id", garner_integer(12)},
                                         {"author_id", garner_integer(77)}),
                           &err) ||
        garner_unit_insert(unit, "author",
                           GARNER_FIELDS({"name", garner_text("Somebody")}),
                           &err))
        return fprintf(stderr, "%s\n", err.message), 1;
    if (garner_unit_write(unit, NULL, &err) != GARNER_OK)
        printf("%s: %s\n", garner_code_name(err.code), err.message);
    garner_unit_free(unit);
    garner_close(store);
    return 0;
}
