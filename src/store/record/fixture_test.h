/* fixture_test.h - what the tests of records share: a store, and short
 * forms of putting, finding and taking. Tests only. */
#ifndef GN_STORE_RECORD_FIXTURE_TEST_H
#define GN_STORE_RECORD_FIXTURE_TEST_H

#include "store/fixture_test.h"

#include "garner/garner.h"

/* A sanitizer makes hundreds of megabytes gigabytes, and long. */
#if defined(__SANITIZE_THREAD__) || defined(__SANITIZE_ADDRESS__)
enum { MUCH_MAY_BE_READ = 0 };
#else
enum { MUCH_MAY_BE_READ = 1 };
#endif

static struct garner_store *store;

/* What the call under test, which names it, fills in. */
static struct garner_error err;

static UNUSED struct garner_store *open_at(enum garner_ack ack)
{
    struct garner_options options;
    struct garner_store *s;

    garner_options_init(&options);
    options.ack = ack;
    options.timeout_ms = 60000;
    if (garner_open(fixture.db, &options, &s, &err) != GARNER_OK)
        fail_msg("%s", err.message);
    return s;
}

static UNUSED int with_store(void **state)
{
    if (fixture_up(state) != 0)
        return -1;
    store = open_at(GARNER_COMMITTED);
    return 0;
}

static UNUSED int with_memory(void **state)
{
    return fixture_up(state) == 0 &&
                   garner_open(":memory:", NULL, &store, NULL) == GARNER_OK
               ? 0
               : -1;
}

static UNUSED int without_store(void **state)
{
    gn_mem_fail_at(0);
    garner_close(store);
    store = NULL;
    return fixture_down(state);
}

#define WITH(f) cmocka_unit_test_setup_teardown(f, with_store, without_store)
#define WITH_MEMORY(f)                                                         \
    cmocka_unit_test_setup_teardown(f, with_memory, without_store)

static UNUSED void check_works(enum garner_code got, const char *call)
{
    if (got != GARNER_OK)
        fail_msg("%s: %s, %s", call, garner_code_name(got), err.message);
    assert_int_equal(err.code, 0);
}

static UNUSED void check_fails(enum garner_code got, enum garner_code expected,
                               const char *words, const char *call)
{
    if (got != expected || err.code != expected ||
        strstr(err.message, words) == NULL)
        fail_msg("%s: %s, %s", call, garner_code_name(got), err.message);
}

#define assert_works(call)                                                     \
    check_works((err = (struct garner_error){0}, call), #call)

/* The call fails so, with these words in its message. */
#define assert_fails(call, expected, words)                                    \
    check_fails((err = (struct garner_error){0}, call), expected, words, #call)

static UNUSED void exec(const char *sql)
{
    if (garner_exec(store, sql, NULL, 0, NULL, &err) != GARNER_OK)
        fail_msg("%s", err.message);
}

/* The first column of the first row. */
static UNUSED int64_t number(const char *sql)
{
    struct garner_rows *rows;
    int64_t n;

    if (garner_query(store, sql, NULL, 0, &rows, &err) != GARNER_OK)
        fail_msg("%s", err.message);
    if (garner_next(rows, &err) != GARNER_ROW)
        fail_msg("%s: no row", sql);
    n = garner_column(rows, 0).integer;
    garner_rows_close(rows);
    return n;
}

/* Puts a record whose data are a text. */
static UNUSED int64_t put(const char *collection, const char *notes,
                          const char *text)
{
    const struct garner_entry entry = {
        .notes = notes, .data = text, .size = strlen(text)};
    int64_t id = 0;

    assert_works(garner_put(store, collection, &entry, &id, &err));
    return id;
}

/* The data of what filter finds, as "a,b,c". */
static UNUSED const char *found(const char *collection,
                                const struct garner_filter *filter)
{
    static char text[4096];
    const struct garner_record *r;
    struct garner_records *records;
    enum garner_code code;
    size_t n = 0;

    text[0] = '\0';
    assert_works(garner_find(store, collection, filter, NULL, &records, &err));
    while ((code = garner_records_next(records, &r, NULL)) == GARNER_ROW)
        n += (size_t)snprintf(text + n, sizeof text - n, "%s%s",
                              n > 0 ? "," : "", (const char *)r->data);
    assert_int_equal(code, GARNER_DONE);
    garner_records_close(records);
    return text;
}

#define FIND(...) found(NULL, &(struct garner_filter){__VA_ARGS__})

#endif
