/* load_test.c - many rows, schemas by chance, and several threads with
 * units of their own on one store. */
#include "store/unit/fixture_test.h"

#include "base/random.h"

static void ten_thousand_rows_are_written(void **state)
{
    enum { AUTHORS = 1000, BOOKS = 9000 };

    (void)state;
    exec("create table author (id integer primary key, name text not null)");
    exec("create table book (id integer primary key, author_id integer not "
         "null references author, title text)");
    exec("create index book_author on book (author_id)");
    for (int i = BOOKS; i >= 1; i--)
        INSERT("book", I("id", i), I("author_id", 1 + i % AUTHORS),
               T("title", "a title of the usual length"));
    for (int i = 1; i <= AUTHORS; i++)
        INSERT("author", I("id", i), T("name", "somebody"));
    assert_int_equal(write_unit(), AUTHORS + BOOKS);
    assert_int_equal(number("select count(*) from book join author on "
                            "author.id = author_id"),
                     BOOKS);
    for (int i = 1; i <= AUTHORS; i++)
        DELETE("author", I("id", i));
    for (int i = 1; i <= BOOKS; i++)
        DELETE("book", I("id", i));
    assert_int_equal(write_unit(), AUTHORS + BOOKS);
    assert_int_equal(number("select (select count(*) from author) + (select "
                            "count(*) from book)"),
                     0);
}

/* Each row of a shape of its own, in hundreds of tables. */
static void many_tables_are_written(void **state)
{
    enum { TABLES = 300 };
    char sql[120];
    char table[16];

    (void)state;
    exec("create table t0 (id integer primary key, up integer)");
    for (int i = 1; i < TABLES; i++) {
        snprintf(sql, sizeof sql,
                 "create table t%d (id integer primary key, up integer not "
                 "null references t%d)",
                 i, i - 1);
        exec(sql);
    }
    for (int i = TABLES - 1; i >= 0; i--) {
        snprintf(table, sizeof table, "T%d", i);
        INSERT(table, I("id", 1), I("up", 1));
    }
    assert_int_equal(write_unit(), TABLES);
    for (int i = 0; i < TABLES; i++) {
        snprintf(table, sizeof table, "t%d", i);
        DELETE(table, I("id", 1));
    }
    assert_int_equal(write_unit(), TABLES);
}

/* --- by chance -------------------------------------------------------------
 */

enum { MOST_TABLES = 8, MOST_KEYS = 4, MOST_ROWS = 120 };

/* A table t0, t1 ...: what its foreign keys refer to, itself maybe. */
struct chance_table {
    int keys;
    int targets[MOST_KEYS];
    bool composite; /* its key is (id, tag) */
};

struct chance_row {
    int table;
    int id;
    int targets[MOST_KEYS]; /* ids, 0: NULL */
};

struct chance {
    uint64_t seed;
    int tables;
    struct chance_table table[MOST_TABLES];
    int rows;
    struct chance_row row[MOST_ROWS];
};

static int dice(struct chance *c, int sides)
{
    return (int)(gn_random_next(&c->seed) % (uint64_t)sides);
}

/* A table refers to earlier ones and to itself: there is no circle. */
static void make_schema(struct chance *c)
{
    c->tables = 2 + dice(c, MOST_TABLES - 1);
    for (int i = 0; i < c->tables; i++) {
        struct chance_table *t = &c->table[i];
        char sql[1000];
        int n;

        t->composite = dice(c, 3) == 0;
        t->keys = dice(c, MOST_KEYS + 1);
        n = snprintf(sql, sizeof sql, "create table t%d (id %s, tag text", i,
                     t->composite ? "integer" : "integer primary key");
        for (int k = 0; k < t->keys; k++) {
            t->targets[k] = dice(c, i + 1);
            n += snprintf(sql + n, sizeof sql - (size_t)n,
                          ", k%d integer, g%d text", k, k);
        }
        if (t->composite)
            n += snprintf(sql + n, sizeof sql - (size_t)n,
                          ", primary key (id, tag)");
        for (int k = 0; k < t->keys; k++) {
            const bool composite = c->table[t->targets[k]].composite;

            n += snprintf(sql + n, sizeof sql - (size_t)n,
                          ", foreign key (k%d%s%.*d) references t%d", k,
                          composite ? ", g" : "", composite ? 1 : 0,
                          composite ? k : 0, t->targets[k]);
        }
        snprintf(sql + n, sizeof sql - (size_t)n, ")%s",
                 t->composite && dice(c, 2) ? " without rowid" : "");
        exec(sql);
        if (dice(c, 3) == 0) {
            snprintf(sql, sizeof sql, "create index i%d on t%d (tag)", i, i);
            exec(sql);
        }
    }
}

/* Rows in an order in which they could be written: each refers to some before
 * it, or to itself. */
static void make_rows(struct chance *c)
{
    c->rows = 1 + dice(c, MOST_ROWS);
    for (int i = 0; i < c->rows; i++) {
        struct chance_row *r = &c->row[i];
        const struct chance_table *t;

        r->table = dice(c, c->tables);
        r->id = i + 1;
        t = &c->table[r->table];
        for (int k = 0; k < t->keys; k++) {
            const int other = dice(c, i + 1);

            r->targets[k] =
                c->row[other].table == t->targets[k] ? other + 1 : 0;
        }
    }
}

static void shuffle(struct chance *c)
{
    for (int i = c->rows - 1; i > 0; i--) {
        const int other = dice(c, i + 1);
        const struct chance_row row = c->row[i];

        c->row[i] = c->row[other];
        c->row[other] = row;
    }
}

static void add_row(struct chance *c, const struct chance_row *r)
{
    static const char *const keys[] = {"k0", "k1", "k2", "k3"};
    static const char *const tags[] = {"g0", "g1", "g2", "g3"};
    const struct chance_table *t = &c->table[r->table];
    struct garner_field fields[2 + 2 * MOST_KEYS] = {I("id", r->id),
                                                     T("tag", "x")};
    size_t count = 2;
    char table[8];

    for (int k = 0; k < t->keys; k++) {
        if (r->targets[k] == 0 && dice(c, 2) == 0)
            continue; /* not given is NULL, too */
        fields[count++] = (struct garner_field){
            keys[k],
            r->targets[k] != 0 ? garner_integer(r->targets[k]) : garner_null()};
        fields[count++] = (struct garner_field){tags[k], garner_text("x")};
    }
    snprintf(table, sizeof table, "t%d", r->table);
    added(dice(c, 4) == 0
              ? garner_unit_upsert(unit, table, t->composite ? 2 : 1, fields,
                                   count, &added_err)
              : garner_unit_insert(unit, table, fields, count, &added_err));
}

static void delete_row(const struct chance *c, const struct chance_row *r)
{
    const struct garner_field fields[] = {I("id", r->id), T("tag", "x")};
    char table[8];

    snprintf(table, sizeof table, "t%d", r->table);
    added(garner_unit_delete(unit, table, fields,
                             c->table[r->table].composite ? 2 : 1, &added_err));
}

static void drop_tables(const struct chance *c)
{
    char sql[60];

    for (int i = c->tables - 1; i >= 0; i--) {
        snprintf(sql, sizeof sql, "select count(*) from t%d", i);
        assert_int_equal(number(sql), 0);
        snprintf(sql, sizeof sql, "drop table t%d", i);
        exec(sql);
    }
}

/* Rows of tables without circles can be written, and deleted, in whatever order
 * they are added; and by one unit, whose tables are others each time. */
static void rows_by_chance_are_written(void **state)
{
    static struct chance c;

    (void)state;
    for (uint64_t seed = 1; seed <= 100; seed++) {
        c = (struct chance){.seed = seed};
        make_schema(&c);
        make_rows(&c);
        shuffle(&c);
        for (int i = 0; i < c.rows; i++)
            add_row(&c, &c.row[i]);
        assert_int_equal(write_unit(), c.rows);
        shuffle(&c);
        for (int i = 0; i < c.rows; i++)
            delete_row(&c, &c.row[i]);
        assert_int_equal(write_unit(), c.rows);
        drop_tables(&c);
    }
}

/* --- threads ---------------------------------------------------------------
 */

enum { THREADS = 4, UNITS = 40, BOOKS_EACH = 40 };

/* One thread's: all but its unit's store is its own. */
struct writer {
    int index;
    enum garner_code code;
    struct garner_error err;
};

static void fill(struct writer *w, struct garner_unit *own, int author)
{
    for (int i = 0; i < BOOKS_EACH && w->code == GARNER_OK; i++)
        w->code =
            garner_unit_insert(own, "book",
                               GARNER_FIELDS(I("id", author * BOOKS_EACH + i),
                                             I("author", author)),
                               &w->err);
    if (w->code == GARNER_OK)
        w->code = garner_unit_upsert(own, "author", 1,
                                     GARNER_FIELDS(I("id", author)), &w->err);
}

static void *write_units(void *argument)
{
    struct writer *w = argument;
    struct garner_unit *own = NULL;

    w->code = garner_unit_new(store, &own, &w->err);
    for (int i = 0; i < UNITS && w->code == GARNER_OK; i++) {
        fill(w, own, 1 + w->index * UNITS + i);
        if (w->code == GARNER_OK)
            w->code = garner_unit_write(own, NULL, &w->err);
        if (i == UNITS / 2 && w->index == 0 && w->code == GARNER_OK)
            w->code = garner_exec(store, "create table meanwhile (x)", NULL, 0,
                                  NULL, &w->err);
        if (own != NULL)
            garner_unit_clear(own);
    }
    garner_unit_free(own);
    return NULL;
}

static void threads_write_units_of_their_own(void **state)
{
    struct writer writers[THREADS];
    pthread_t threads[THREADS];

    (void)state;
    exec("create table author (id integer primary key)");
    exec("create table book (id integer primary key, author integer not null "
         "references author)");
    for (int i = 0; i < THREADS; i++) {
        writers[i] = (struct writer){.index = i};
        assert_int_equal(
            pthread_create(&threads[i], NULL, write_units, &writers[i]), 0);
    }
    for (int i = 0; i < THREADS; i++) {
        assert_int_equal(pthread_join(threads[i], NULL), 0);
        if (writers[i].code != GARNER_OK)
            fail_msg("%s", writers[i].err.message);
    }
    assert_int_equal(number("select count(*) from book"),
                     THREADS * UNITS * BOOKS_EACH);
    assert_int_equal(number("select count(*) from author"), THREADS * UNITS);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        UNIT_TEST(ten_thousand_rows_are_written),
        UNIT_TEST(many_tables_are_written),
        UNIT_TEST(rows_by_chance_are_written),
        UNIT_TEST(threads_write_units_of_their_own),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
