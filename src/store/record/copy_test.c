/* copy_test.c - copies are the same in another place. */
#include "store/record/fixture_test.h"

enum { MANY = 700 };

static void copies_are_the_same(void **state)
{
    static struct garner_entry entries[MANY];
    static char data[MANY][200];
    int64_t count;

    (void)state;
    for (int i = 0; i < MANY; i++) {
        memset(data[i], 'a' + i % 26, sizeof data[i]);
        entries[i] = (struct garner_entry){
            .notes = i % 2 != 0 ? "odd" : "",
            .data = data[i],
            .size = (size_t)(i % 200),
            .time_us = 1 + i,
        };
    }
    assert_works(garner_put_many(store, "a", entries, MANY, NULL, &err));
    exec("update garner_record set attempts = 3, lease = 7, due_us = null");
    assert_works(garner_copy(store, "a", NULL, store, "b", &count, &err));
    assert_int_equal(count, MANY);
    assert_int_equal(
        number("select count(*) from garner_record a join garner_record b"
               "  on b.id = a.id + 700 and b.collection = 2"
               "  and (a.time_us, a.notes, a.size, a.codec)"
               "  = (b.time_us, b.notes, b.size, b.codec)"
               "  and (select data from garner_record_body where id = a.id) is"
               "  (select data from garner_record_body where id = b.id)"
               " where a.collection = 1 and b.attempts = 0"
               "  and b.lease is null and b.due_us > 1000000"),
        MANY);
}

static void a_filter_chooses(void **state)
{
    const struct garner_filter paris = {.words = "paris",
                                        .order = GARNER_NEWEST};
    int64_t count;

    (void)state;
    (void)put("a", "paris", "1");
    (void)put("a", "london", "2");
    (void)put("a", "paris", "3");
    assert_works(garner_copy(store, "a", &paris, store, NULL, &count, &err));
    assert_int_equal(count, 2);
    assert_string_equal(found(NULL, NULL), "1,3"); /* by time */
    assert_works(garner_copy(store, "none", NULL, store, NULL, &count, &err));
    assert_int_equal(count, 0);
}

static void another_store_is_fine(void **state)
{
    struct garner_store *other;
    int64_t count;

    (void)state;
    assert_works(garner_open(":memory:", NULL, &other, &err));
    (void)put("a", "notes", "1");
    (void)put("a", "", "");
    assert_works(garner_copy(store, "a", NULL, other, "a", &count, &err));
    assert_int_equal(count, 2);
    assert_works(garner_remove_found(store, "a", NULL, NULL, &err));
    assert_works(garner_copy(other, "a", NULL, store, "a", &count, &err));
    garner_close(other);
    assert_string_equal(found("a", NULL), "1,");
}

static void wrong_arguments_are_told(void **state)
{
    const struct garner_filter bad = {.words = "("};
    int64_t count = 9;

    (void)state;
    (void)put("a", "notes", "1");
    assert_fails(garner_copy(store, "a", NULL, store, "a", &count, &err),
                 GARNER_MISUSE, "'a' would be copied into itself");
    assert_int_equal(count, 0);
    assert_fails(garner_copy(store, NULL, NULL, store, "default", NULL, &err),
                 GARNER_MISUSE, "'default' would be copied into itself");
    assert_fails(garner_copy(store, "a", NULL, NULL, "b", NULL, &err),
                 GARNER_MISUSE, "the store is NULL");
    assert_fails(garner_copy(NULL, "a", NULL, store, "b", NULL, &err),
                 GARNER_MISUSE, "the store is NULL");
    assert_fails(garner_copy(store, "a", &bad, store, "b", NULL, &err),
                 GARNER_INVALID, "the words '('");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        WITH(copies_are_the_same),
        WITH(a_filter_chooses),
        WITH(another_store_is_fine),
        WITH(wrong_arguments_are_told),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
