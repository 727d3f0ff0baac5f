/* steps_test.c - what is told of many records reaches all of them, and
 * no other. */
#include "store/record/fixture_test.h"

enum { MANY = 600 }; /* several steps, the last one not full */

static void put_many(const char *collection, const char *notes)
{
    static struct garner_entry entries[MANY];

    for (size_t i = 0; i < MANY; i++)
        entries[i] = (struct garner_entry){.notes = notes, .time_us = 1000};
    assert_works(garner_put_many(store, collection, entries, MANY, NULL, &err));
}

static void what_is_found_is_removed(void **state)
{
    const struct garner_filter old = {.words = "old"};
    const struct garner_filter two = {.glob = "new", .limit = 2};
    int64_t count;

    (void)state;
    put_many("a", "old");
    put_many("b", "old");
    put_many("a", "new");
    assert_works(garner_remove_found(store, "a", &old, &count, &err));
    assert_int_equal(count, MANY);
    assert_int_equal(number("select count(*) from garner_record"), 2 * MANY);
    assert_int_equal(number("select count(*) from garner_record_words"
                            " where garner_record_words match 'old'"),
                     MANY);
    assert_works(garner_remove_found(store, "a", &two, &count, &err));
    assert_int_equal(count, 2);
    assert_works(garner_remove_found(store, "a", &old, &count, &err));
    assert_int_equal(count, 0);
    assert_works(garner_remove_found(store, "a", NULL, NULL, &err));
    assert_int_equal(number("select count(*) from garner_record"), MANY);
    assert_int_equal(number("select count(*) from garner_collection"), 2);
}

static void what_is_found_is_requeued(void **state)
{
    const struct garner_pop_options options = {.lease_ms = 3600000};
    const struct garner_filter new = {.words = "new"};
    struct garner_record *r;
    int64_t count;

    (void)state;
    put_many("a", "old");
    put_many("a", "new");
    put_many("b", "new");
    exec("update garner_record set due_us = null, attempts = 7, lease = 1");
    assert_works(garner_requeue(store, "a", &new, &count, &err));
    assert_int_equal(count, MANY);
    assert_int_equal(number("select count(*) from garner_record where"
                            " due_us > 0 and attempts = 0 and lease is null"),
                     MANY);
    assert_works(garner_pop(store, "a", &options, &r, &err));
    assert_string_equal(r->notes, "new");
    assert_int_equal(r->attempts, 1);
    garner_record_free(r);
}

static void each_step_is_acknowledged_for_itself(void **state)
{
    int64_t count;

    (void)state;
    put_many("a", "");
    exec("create trigger stops before delete on garner_record"
         " when old.id = 550 begin select raise(abort, 'no further'); end");
    assert_fails(garner_remove_found(store, "a", NULL, &count, &err),
                 GARNER_CONSTRAINT, "no further");
    assert_int_equal(count, 512);
    assert_int_equal(number("select count(*) from garner_record"), MANY - 512);
}

static void wrong_arguments_are_told(void **state)
{
    const struct garner_filter bad = {.limit = -1};
    int64_t count = 9;

    (void)state;
    assert_fails(garner_remove_found(NULL, "a", NULL, &count, &err),
                 GARNER_MISUSE, "the store is NULL");
    assert_int_equal(count, 0);
    assert_fails(garner_remove_found(store, "a", &bad, &count, &err),
                 GARNER_MISUSE, "limit");
    assert_fails(garner_requeue(store, "", NULL, NULL, &err), GARNER_INVALID,
                 "name of 0 bytes");
}

static void nothing_was_ever_put(void **state)
{
    int64_t count = 9;

    (void)state;
    assert_works(garner_remove_found(store, "a", NULL, &count, &err));
    assert_int_equal(count, 0);
    assert_works(garner_requeue(store, "a", NULL, &count, &err));
    assert_int_equal(count, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        WITH(what_is_found_is_removed),
        WITH(what_is_found_is_requeued),
        WITH(each_step_is_acknowledged_for_itself),
        WITH(wrong_arguments_are_told),
        WITH(nothing_was_ever_put),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
