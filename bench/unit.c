/*
 * unit.c NEW-FILE [ROWS] - what a unit of work costs beside the batch that one
 * would write by hand: a parent and its children, in the right order, a
 * statement a row. In turns, so many rounds; the ratio is the median.
 *
 *   appended   children by rising id, without an index: several a statement
 *   indexed    the same with an index on the parent's id: one a statement
 *   scattered  children by ids all over, without an index: one a statement
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include <garner/garner.h>

#include "plan.h"

enum { ROUNDS = 15, ROWS = 10000, CHILDREN = 10, STEP = 7919, PRIME = 1000003 };

struct kind {
    const char *name;
    const char *index; /* or NULL */
    bool scattered;
};

static struct garner_store *store;

static void must(enum garner_code code, const struct garner_error *err)
{
    if (code != GARNER_OK)
        die(garner_code_name(code), err->message);
}

static void run(const char *sql)
{
    struct garner_error err;

    must(garner_exec(store, sql, NULL, 0, NULL, &err), &err);
}

static int64_t child_id(const struct kind *k, int64_t i)
{
    return k->scattered ? i * STEP % PRIME : i;
}

/* Processor time: the machine may be busy with something else. */
static int64_t now_ns(void)
{
    struct timespec t;

    if (clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t) != 0)
        die("clock_gettime", strerror(errno));
    return (int64_t)t.tv_sec * 1000000000 + t.tv_nsec;
}

#define NAME "a name of the usual length"

/* Nanoseconds for rows rows, from the first that is added on. */
static int64_t by_hand(const struct kind *k, int64_t rows)
{
    const int64_t started = now_ns();
    struct garner_batch *batch;
    struct garner_error err;

    must(garner_batch_new(&batch, &err), &err);
    for (int64_t i = 0; i < rows; i += CHILDREN)
        must(garner_batch_add(
                 batch, "insert into parent (id, name) values (?, ?)",
                 GARNER_ARGS(garner_integer(i), garner_text(NAME)), &err),
             &err);
    for (int64_t i = 0; i < rows; i++)
        must(garner_batch_add(
                 batch,
                 "insert into child (id, parent_id, name) values "
                 "(?, ?, ?)",
                 GARNER_ARGS(garner_integer(child_id(k, i)),
                             garner_integer(i / CHILDREN * CHILDREN),
                             garner_text(NAME)),
                 &err),
             &err);
    must(garner_write(store, batch, NULL, &err), &err);
    garner_batch_free(batch);
    return now_ns() - started;
}

static int64_t by_unit(const struct kind *k, int64_t rows)
{
    const int64_t started = now_ns();
    struct garner_unit *unit;
    struct garner_error err;

    must(garner_unit_new(store, &unit, &err), &err);
    for (int64_t i = 0; i < rows; i++) {
        must(garner_unit_insert(
                 unit, "child",
                 GARNER_FIELDS(
                     {"id", garner_integer(child_id(k, i))},
                     {"parent_id", garner_integer(i / CHILDREN * CHILDREN)},
                     {"name", garner_text(NAME)}),
                 &err),
             &err);
        if (i % CHILDREN == 0)
            must(garner_unit_insert(unit, "parent",
                                    GARNER_FIELDS({"id", garner_integer(i)},
                                                  {"name", garner_text(NAME)}),
                                    &err),
                 &err);
    }
    must(garner_unit_write(unit, NULL, &err), &err);
    garner_unit_free(unit);
    return now_ns() - started;
}

static int compare(const void *a, const void *b)
{
    const double d = *(const double *)a - *(const double *)b;

    return (d > 0) - (d < 0);
}

static void measure(const struct kind *k, int64_t rows)
{
    const int64_t all = rows + rows / CHILDREN;
    double ratios[ROUNDS];
    double hand = 0;
    double unit = 0;

    run("create table parent (id integer primary key, name text)");
    run("create table child (id integer primary key, parent_id integer not "
        "null references parent, name text)");
    if (k->index != NULL)
        run(k->index);
    for (int i = 0; i < ROUNDS; i++) {
        const double a = (double)by_hand(k, rows);
        double b;

        run("delete from child");
        run("delete from parent");
        b = (double)by_unit(k, rows);
        run("delete from child");
        run("delete from parent");
        ratios[i] = a / b;
        hand = i == 0 || a < hand ? a : hand;
        unit = i == 0 || b < unit ? b : unit;
    }
    run("drop table child");
    run("drop table parent");
    qsort(ratios, ROUNDS, sizeof ratios[0], compare);
    printf("%-10s by hand %5.0f ns a row, unit %5.0f, faster by %.2f\n",
           k->name, hand / (double)all, unit / (double)all, ratios[ROUNDS / 2]);
}

int main(int argc, char **argv)
{
    static const struct kind kinds[] = {
        {.name = "appended"},
        {.name = "indexed",
         .index = "create index child_parent on child (parent_id)"},
        {.name = "scattered", .scattered = true},
    };
    const int64_t rows = argc > 2 ? strtoll(argv[2], NULL, 10) : ROWS;
    struct garner_options options;
    struct garner_error err;

    if (argc < 2 || rows < 1)
        die("usage", "unit NEW-FILE [ROWS]");
    if (access(argv[1], F_OK) == 0)
        die(argv[1], "is there already; name a new file");
    garner_options_init(&options);
    options.ack = GARNER_COMMITTED;
    options.foreign_keys = true;
    must(garner_open(argv[1], &options, &store, &err), &err);
    for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++)
        measure(&kinds[i], rows);
    garner_close(store);
    return 0;
}
