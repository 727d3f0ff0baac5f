/* fault_test.c - at no place is lost memory more than an error: no
 * record is half there, none is lost, none is taken by nobody. */
#include "store/record/fixture_test.h"

static char data[3000]; /* worth compressing */

static unsigned nth; /* the allocation that fails */

/* After a call of which the nth allocation failed: true when it worked all the
 * same, there being no nth. Until then, what must hold each time is asked of
 * the database as a number, which is 1. */
static bool worked(enum garner_code code, const char *holds)
{
    gn_mem_fail_at(0);
    if (code == GARNER_OK) {
        assert_true(nth > 1);
        nth = 0;
        return true;
    }
    assert_int_equal(code, GARNER_NOMEM);
    if (number(holds) != 1)
        fail_msg("allocation %u: %s", nth, holds);
    return false;
}

/* Makes each allocation of call fail in turn, until it works. */
#define SWEEP(call, holds) while (!worked((gn_mem_fail_at(++nth), call), holds))

static int with_records(void **state)
{
    if (with_store(state) != 0)
        return -1;
    memset(data, 'd', sizeof data - 1);
    assert_int_equal(put("q", "first words", data), 1);
    assert_int_equal(put("q", "other words", "short"), 2);
    return 0;
}

/* A statement that is prepared already hides what preparing it allocates. */
static void forget_statements(void)
{
    garner_close(store);
    store = open_at(GARNER_COMMITTED);
}

static void putting(void **state)
{
    const struct garner_entry entries[] = {
        {.notes = "new", .data = data, .size = sizeof data},
        {.notes = "new"},
    };

    (void)state;
    forget_statements();
    SWEEP(garner_put_many(store, "q", entries, 2, NULL, NULL),
          "select count(*) = 2 from garner_record");
    forget_statements();
    SWEEP(garner_put(store, "new collection", entries, NULL, NULL),
          "select count(*) = 4 from garner_record");
    assert_int_equal(number("select count(*) from garner_record"), 5);
    assert_int_equal(number("select count(*) from garner_record_body"), 4);
}

static void getting(void **state)
{
    struct garner_record *r;

    (void)state;
    forget_statements();
    SWEEP(garner_get(store, "q", 1, &r, NULL), "select 1");
    assert_string_equal(r->data, data);
    garner_record_free(r);
}

static enum garner_code read_all(const struct garner_filter *filter)
{
    struct garner_records *records;
    const struct garner_record *r;
    enum garner_code code =
        garner_find(store, "q", filter, NULL, &records, NULL);

    if (code != GARNER_OK)
        return code;
    do
        code = garner_records_next(records, &r, NULL);
    while (code == GARNER_ROW);
    garner_records_close(records);
    return code == GARNER_DONE ? GARNER_OK : code;
}

static void finding(void **state)
{
    static const int64_t ids[] = {1, 2};
    const struct garner_filter filter = {
        .words = "words", .regexp = "(f|o)", .ids = ids, .id_count = 2};

    (void)state;
    forget_statements();
    SWEEP(read_all(&filter), "select 1");
    forget_statements();
    SWEEP(read_all(NULL), "select 1");
}

static void taking(void **state)
{
    const struct garner_filter filter = {.regexp = "first"};
    const struct garner_pop_options options = {.lease_ms = 3600000,
                                               .filter = &filter};
    struct garner_record *r;

    (void)state;
    forget_statements();
    SWEEP(garner_pop(store, "q", &options, &r, NULL),
          "select count(*) = 2 from garner_record"
          " where lease is null and attempts = 0 and due_us is not null");
    assert_string_equal(r->data, data);
    forget_statements();
    SWEEP(garner_extend(store, r->id, r->lease, 7200000, NULL),
          "select count(*) = 1 from garner_record where lease is not null");
    forget_statements();
    SWEEP(garner_ack(store, r->id, r->lease, NULL),
          "select count(*) = 1 from garner_record where lease is not null");
    garner_record_free(r);
    SWEEP(garner_pop(store, "q", NULL, &r, NULL),
          "select count(*) = 1 from garner_record"
          " where lease is null and attempts = 0");
    SWEEP(garner_give_back(store, r->id, r->lease, 0, NULL),
          "select count(*) = 1 from garner_record where lease is not null");
    garner_record_free(r);
}

static void changing_many(void **state)
{
    const struct garner_filter words = {.words = "words"};
    const struct garner_keep keep = {.count = 1};
    int64_t count;

    (void)state;
    exec("update garner_record set due_us = null");
    forget_statements();
    SWEEP(garner_requeue(store, "q", &words, &count, NULL),
          "select count(*) = 2 from garner_record where due_us is null");
    forget_statements();
    SWEEP(garner_copy(store, "q", NULL, store, "copy", &count, NULL),
          "select count(*) = 2 from garner_record");
    assert_int_equal(count, 2);
    forget_statements();
    SWEEP(garner_trim(store, "q", &keep, &count, NULL),
          "select count(*) >= 3 from garner_record");
    forget_statements();
    SWEEP(garner_rename(store, "q", "r", NULL),
          "select count(*) = 2 from garner_collection");
    SWEEP(garner_remove(store, "r", 2, NULL),
          "select count(*) = 3 from garner_record");
    SWEEP(garner_drop(store, "copy", NULL),
          "select count(*) = 2 from garner_collection");
    assert_int_equal(number("select count(*) from garner_record"), 0);
}

static int without_records(void **state)
{
    gn_mem_fail_at(0);
    assert_string_equal(foreign_text("pragma integrity_check"), "ok");
    exec("insert into garner_record_words (garner_record_words)"
         " values ('integrity-check')");
    return without_store(state);
}

#define SWEPT(f)                                                               \
    cmocka_unit_test_setup_teardown(f, with_records, without_records)

int main(void)
{
    const struct CMUnitTest tests[] = {
        SWEPT(putting), SWEPT(getting),       SWEPT(finding),
        SWEPT(taking),  SWEPT(changing_many),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
