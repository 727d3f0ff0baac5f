/* care_test.c - what may not stay goes, and nothing else; collections
 * get other names, or end. */
#include "store/record/fixture_test.h"

enum { MANY = 600, TEN_MINUTES_MS = 600000 };

/* Each a minute older than the one before. */
static void put_minutes(const char *collection, int count)
{
    static struct garner_entry entries[MANY];
    const int64_t now_us = gn_clock_wall_us();

    assert_true(count <= MANY);
    for (int i = 0; i < count; i++)
        entries[i] = (struct garner_entry){
            .notes = "a minute",
            .data = "x",
            .size = 1,
            .time_us = now_us - i * INT64_C(60000000),
        };
    assert_works(
        garner_put_many(store, collection, entries, (size_t)count, NULL, &err));
}

static int64_t trim(struct garner_keep keep)
{
    int64_t count;

    assert_works(garner_trim(store, "a", &keep, &count, &err));
    return count;
}

static void the_old_go(void **state)
{
    (void)state;
    put_minutes("a", MANY);
    put_minutes("b", 20);
    assert_int_equal(trim((struct garner_keep){.age_ms = INT64_MAX}), 0);
    assert_int_equal(trim((struct garner_keep){.age_ms = 86400000}), 0);
    /* The eleventh is ten minutes old and a moment. */
    assert_int_equal(trim((struct garner_keep){.age_ms = TEN_MINUTES_MS}),
                     MANY - 10);
    assert_int_equal(number("select count(*) from garner_record"), 30);
    assert_int_equal(number("select count(*) from garner_record_body"), 30);
    assert_int_equal(number("select count(*) from garner_record_words"
                            " where garner_record_words match 'minute'"),
                     30);
}

static void the_newest_stay(void **state)
{
    (void)state;
    put_minutes("a", MANY);
    put_minutes("b", 20);
    assert_int_equal(trim((struct garner_keep){.count = MANY}), 0);
    assert_int_equal(trim((struct garner_keep){.count = 7}), MANY - 7);
    assert_int_equal(trim((struct garner_keep){.count = 7}), 0);
    assert_int_equal(number("select count(*) from garner_record where id <= 7"),
                     7);
    assert_int_equal(number("select count(*) from garner_record"), 27);
}

/* Those of one time by their ids. */
static void of_the_same_time_the_last_put_stay(void **state)
{
    (void)state;
    for (int i = 0; i < 5; i++)
        (void)put("a", "", "x");
    exec("update garner_record set time_us = 5");
    assert_int_equal(trim((struct garner_keep){.count = 1}), 4);
    assert_int_equal(number("select min(id) from garner_record"), 5);
}

static void both_limits_hold(void **state)
{
    (void)state;
    put_minutes("a", 20);
    assert_int_equal(
        trim((struct garner_keep){.age_ms = TEN_MINUTES_MS, .count = 3}), 17);
    put_minutes("a", 20);
    assert_int_equal(
        trim((struct garner_keep){.age_ms = TEN_MINUTES_MS, .count = 1000}),
        10);
}

static void what_is_worked_on_stays(void **state)
{
    const struct garner_pop_options options = {.lease_ms = 3600000};
    const struct garner_keep second = {.age_ms = 1000};
    struct garner_record *r;

    (void)state;
    put_minutes("a", 10);
    exec("update garner_record set time_us = time_us - 60000000");
    assert_works(garner_pop(store, "a", &options, &r, &err));
    /* set aside */
    exec("update garner_record set due_us = null, lease = 5 where id = 2");
    assert_int_equal(trim(second), 9);
    assert_int_equal(trim((struct garner_keep){.count = 1}), 0);
    assert_string_equal(found("a", NULL), "x");
    exec("update garner_record set due_us = 5"); /* its lease is over */
    assert_int_equal(trim(second), 1);
    garner_record_free(r);
}

static void trimming_nothing_is_fine(void **state)
{
    const struct garner_keep some = {.age_ms = 1, .count = 1};

    (void)state;
    assert_int_equal(trim(some), 0);
    (void)put("b", "", "x");
    assert_int_equal(trim(some), 0);
    assert_int_equal(trim((struct garner_keep){0}), 0);
}

static void a_collection_gets_another_name(void **state)
{
    (void)state;
    (void)put("a", "words", "1");
    (void)put("b", "", "2");
    assert_works(garner_rename(store, "a", "c", &err));
    assert_string_equal(found("c", NULL), "1");
    assert_string_equal(found("c", &(struct garner_filter){.words = "words"}),
                        "1");
    assert_string_equal(found("a", NULL), "");
    assert_fails(garner_rename(store, "c", "b", &err), GARNER_CONSTRAINT,
                 "there is a collection 'b' already");
    assert_fails(garner_rename(store, "a", "d", &err), GARNER_NOTFOUND,
                 "no collection 'a'");
    assert_works(garner_rename(store, "c", NULL, &err));
    assert_string_equal(found(NULL, NULL), "1");
}

static void a_collection_ends(void **state)
{
    int64_t id;

    (void)state;
    put_minutes("a", MANY);
    (void)put("b", "", "2");
    assert_works(garner_drop(store, "a", &err));
    assert_int_equal(number("select count(*) from garner_record"), 1);
    assert_string_equal(foreign_text("select name from garner_collection"),
                        "b");
    assert_fails(garner_drop(store, "a", &err), GARNER_NOTFOUND,
                 "no collection 'a'");
    id = put("a", "", "again"); /* a new one of that name is another */
    assert_int_equal(id, MANY + 2);
    assert_string_equal(found("a", NULL), "again");
}

/* Whoever puts while it is emptied makes it go on. */
static void a_collection_ends_with_all_that_comes_late(void **state)
{
    (void)state;
    (void)put("a", "early", "1");
    exec("create trigger another after delete on garner_record"
         " when old.notes = 'early' begin"
         " insert into garner_record"
         "  (collection, time_us, notes, size, codec, due_us)"
         "  values (old.collection, 1, 'late', 0, 'none', 1);"
         " end");
    assert_works(garner_drop(store, "a", &err));
    assert_int_equal(number("select count(*) from garner_record"), 0);
    assert_int_equal(number("select count(*) from garner_collection"), 0);
}

static void wrong_arguments_are_told(void **state)
{
    const struct garner_keep bad[] = {{.age_ms = -1}, {.count = -1}};
    int64_t count = 9;

    (void)state;
    for (size_t i = 0; i < 2; i++)
        assert_fails(garner_trim(store, "a", &bad[i], &count, &err),
                     GARNER_MISUSE, "0 (any) or more");
    assert_int_equal(count, 0);
    assert_fails(garner_trim(store, "a", NULL, NULL, &err), GARNER_MISUSE,
                 "garner_trim wants");
    assert_fails(garner_trim(NULL, "a", bad, NULL, &err), GARNER_MISUSE,
                 "the store is NULL");
    assert_fails(garner_rename(store, "a", "", &err), GARNER_INVALID,
                 "name of 0 bytes");
    assert_fails(garner_rename(NULL, "a", "b", &err), GARNER_MISUSE,
                 "the store is NULL");
    assert_fails(garner_drop(NULL, "a", &err), GARNER_MISUSE,
                 "the store is NULL");
}

static void nothing_was_ever_put(void **state)
{
    (void)state;
    assert_fails(garner_rename(store, "a", "b", &err), GARNER_NOTFOUND,
                 "no collection 'a'");
    assert_fails(garner_drop(store, "a", &err), GARNER_NOTFOUND,
                 "no collection 'a'");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        WITH(the_old_go),
        WITH(the_newest_stay),
        WITH(of_the_same_time_the_last_put_stay),
        WITH(both_limits_hold),
        WITH(what_is_worked_on_stays),
        WITH(trimming_nothing_is_fine),
        WITH(a_collection_gets_another_name),
        WITH(a_collection_ends),
        WITH(a_collection_ends_with_all_that_comes_late),
        WITH(wrong_arguments_are_told),
        WITH(nothing_was_ever_put),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
