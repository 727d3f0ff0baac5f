/* row_test.c - a record that was damaged is named, never taken for
 * another, and is no trap. */
#include "store/record/fixture_test.h"

#include "store/record/row.h"

static char text[2000];

static void put_two(void)
{
    memset(text, 'x', sizeof text - 1);
    assert_int_equal(put(NULL, "compressed", text), 1);
    assert_int_equal(put(NULL, "as it is", "short"), 2);
}

static void expect_damage(int64_t id, const char *why)
{
    struct garner_record *r;
    char start[64];

    snprintf(start, sizeof start, "record %d cannot be read: ", (int)id);
    assert_fails(garner_get(store, NULL, id, &r, &err), GARNER_CORRUPT, start);
    assert_fails(garner_get(store, NULL, id, &r, &err), GARNER_CORRUPT, why);
    assert_null(r);
}

/* The record after sql, which is undone. */
static void damage(const char *sql, int64_t id, const char *why)
{
    exec("create table kept as select * from garner_record");
    exec("create table kept_body as select * from garner_record_body");
    exec(sql);
    expect_damage(id, why);
    exec("delete from garner_record");
    exec("delete from garner_record_body");
    exec("insert into garner_record select * from kept");
    exec("insert into garner_record_body select * from kept_body");
    exec("drop table kept");
    exec("drop table kept_body");
}

static void each_damage_is_told(void **state)
{
    struct garner_record *r;

    (void)state;
    put_two();
    damage("delete from garner_record_body where id = 1", 1,
           "its data are missing");
    damage("update garner_record_body set data = x'00'", 1,
           "not a Zstandard frame");
    damage("update garner_record_body set data = substr(data, 1, 12)", 1,
           "damaged");
    damage("update garner_record set size = 1998 where id = 1", 1,
           "its data are of another size");
    damage("update garner_record set size = 4 where id = 2", 2,
           "its data are of another size");
    damage("update garner_record set size = -1", 2, "its size");
    damage("update garner_record set size = 268435457", 2, "its size");
    damage("update garner_record set codec = 'lz4'", 2,
           "its codec is not known");
    assert_works(garner_get(store, NULL, 1, &r, &err));
    assert_string_equal(r->data, text);
    garner_record_free(r);
}

static void a_cursor_says_which(void **state)
{
    const struct garner_record *r;
    struct garner_records *records;

    (void)state;
    put_two();
    exec("delete from garner_record_body where id = 2");
    assert_works(garner_find(store, NULL, NULL, NULL, &records, &err));
    assert_int_equal(garner_records_next(records, &r, NULL), GARNER_ROW);
    assert_string_equal(r->data, text);
    assert_fails(garner_records_next(records, &r, &err), GARNER_CORRUPT,
                 "record 2 cannot be read: its data are missing");
    assert_null(r);
    garner_records_close(records);
    /* What is not asked for does no harm. */
    assert_works(garner_find(
        store, NULL, NULL, &(struct garner_find_options){.without_data = true},
        &records, &err));
    assert_int_equal(garner_records_next(records, &r, NULL), GARNER_ROW);
    assert_int_equal(garner_records_next(records, &r, NULL), GARNER_ROW);
    assert_int_equal(r->size, 5);
    assert_null(r->data);
    assert_int_equal(garner_records_next(records, &r, NULL), GARNER_DONE);
    garner_records_close(records);
}

static void a_queue_goes_on_behind_it(void **state)
{
    const struct garner_filter set_aside = {.set_aside = true};
    struct garner_records *records;
    const struct garner_record *found_one;
    struct garner_record *r;

    (void)state;
    put_two();
    exec("delete from garner_record_body where id = 1");
    assert_fails(garner_pop(store, NULL, NULL, &r, &err), GARNER_CORRUPT,
                 "record 1 cannot be read");
    assert_null(r);
    assert_works(garner_pop(store, NULL, NULL, &r, &err));
    assert_int_equal(r->id, 2);
    garner_record_free(r);
    assert_works(garner_find(
        store, NULL, &set_aside,
        &(struct garner_find_options){.without_data = true}, &records, &err));
    assert_int_equal(garner_records_next(records, &found_one, NULL),
                     GARNER_ROW);
    assert_int_equal(found_one->id, 1);
    assert_true(found_one->set_aside);
    garner_records_close(records);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        WITH(each_damage_is_told),
        WITH(a_cursor_says_which),
        WITH(a_queue_goes_on_behind_it),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
