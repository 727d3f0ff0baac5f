/* record_test.c - what is put comes back as it was; what cannot be put says
 * why. */
#include "store/record/fixture_test.h"

#include "base/random.h"

enum { LARGE = (MUCH_MAY_BE_READ ? 100 : 5) << 20 };

static void what_is_put_comes_back(void **state)
{
    const struct garner_entry entry = {
        .notes = "#plan agent007 #london", .data = "911", .size = 3};
    const int64_t before = gn_clock_wall_us();
    struct garner_record *r;
    int64_t id = 0;

    (void)state;
    assert_works(garner_put(store, "goldfinger", &entry, &id, &err));
    assert_int_equal(id, 1);
    assert_works(garner_get(store, "goldfinger", id, &r, &err));
    assert_int_equal(r->id, id);
    assert_string_equal(r->notes, "#plan agent007 #london");
    assert_int_equal(r->size, 3);
    assert_string_equal(r->data, "911");
    assert_true(r->time_us >= before && r->time_us <= gn_clock_wall_us());
    assert_int_equal(r->due_us, r->time_us);
    assert_int_equal(r->attempts, 0);
    assert_int_equal(r->lease, 0);
    assert_false(r->set_aside);
    garner_record_free(r);
}

/* Of every size around the one from which it is compressed, of bytes that
 * compress and of those that do not. */
static void bytes_of_any_kind_and_size_come_back(void **state)
{
    static const size_t sizes[] = {0, 1, 95, 96, 97, 300, 4096, 70000, 900000};
    static char noise[900000];
    static char zeros[900000];
    uint64_t seed = 7;

    (void)state;
    for (size_t i = 0; i < sizeof noise; i++)
        noise[i] = (char)gn_random_next(&seed);
    for (size_t i = 0; i < 2 * sizeof sizes / sizeof sizes[0]; i++) {
        const char *data = i % 2 != 0 ? noise : zeros;
        const struct garner_entry entry = {.data = data, .size = sizes[i / 2]};
        struct garner_record *r;
        int64_t id;

        assert_works(garner_put(store, NULL, &entry, &id, &err));
        assert_works(garner_get(store, NULL, id, &r, &err));
        assert_int_equal(r->size, entry.size);
        assert_memory_equal(r->data, data, entry.size);
        assert_int_equal(((const char *)r->data)[r->size], 0);
        garner_record_free(r);
    }
    assert_int_equal(number("select count(*) from garner_record r"
                            " join garner_record_body b using (id) where size"
                            " = 900000 and (codec = 'zstd') = (length(data)"
                            " < 900000)"),
                     2);
    assert_int_equal(number("select count(distinct codec) from garner_record"),
                     2);
}

/* No data, no row for them. */
static void an_empty_record_is_one(void **state)
{
    const struct garner_entry nothing = {0};
    struct garner_record *r;
    int64_t id;

    (void)state;
    assert_works(garner_put(store, NULL, &nothing, &id, &err));
    assert_works(garner_get(store, NULL, id, &r, &err));
    assert_string_equal(r->notes, "");
    assert_int_equal(r->size, 0);
    assert_string_equal(r->data, "");
    garner_record_free(r);
    assert_int_equal(number("select count(*) from garner_record_body"), 0);
}

static void time_and_delay_are_the_caller_s(void **state)
{
    const struct garner_entry entry = {
        .time_us = -5, .delay_ms = GARNER_WAIT_MAX_MS, .notes = ""};
    const int64_t before = gn_clock_wall_us();
    struct garner_record *r;
    int64_t id;

    (void)state;
    assert_works(garner_put(store, NULL, &entry, &id, &err));
    assert_works(garner_get(store, NULL, id, &r, &err));
    assert_int_equal(r->time_us, -5);
    assert_true(r->due_us >= before + GARNER_WAIT_MAX_MS * 1000);
    garner_record_free(r);
}

static void many_are_put_together_or_not_at_all(void **state)
{
    struct garner_entry entries[300] = {{0}};
    char data[300][8];
    struct garner_record *r;
    int64_t first = -1;

    (void)state;
    (void)put("other", "", "before");
    for (size_t i = 0; i < 300; i++) {
        snprintf(data[i], sizeof data[i], "%zu", i);
        entries[i] = (struct garner_entry){
            .notes = i % 2 != 0 ? "odd" : NULL,
            .data = data[i],
            .size = i % 3 != 0 ? strlen(data[i]) : 0,
        };
    }
    assert_works(garner_put_many(store, "q", entries, 300, &first, &err));
    assert_int_equal(first, 2);
    for (size_t i = 0; i < 300; i++) {
        assert_works(garner_get(store, "q", first + (int64_t)i, &r, &err));
        assert_string_equal(r->data, i % 3 != 0 ? data[i] : "");
        assert_string_equal(r->notes, i % 2 != 0 ? "odd" : "");
        garner_record_free(r);
    }
    entries[299].notes = "\xff";
    assert_fails(garner_put_many(store, "q", entries, 300, &first, &err),
                 GARNER_INVALID, "notes are not UTF-8 at byte 0");
    assert_int_equal(first, 0);
    assert_works(garner_put_many(store, "q", NULL, 0, &first, &err));
    assert_int_equal(first, 0);
    assert_int_equal(number("select count(*) from garner_record"), 301);
}

static void ids_are_never_used_again(void **state)
{
    const int64_t id = put(NULL, "a", "a");

    (void)state;
    assert_works(garner_remove(store, NULL, id, &err));
    assert_int_equal(put(NULL, "b", "b"), id + 1);
}

static void what_is_removed_is_gone_whole(void **state)
{
    const int64_t id = put("here", "some words", "data");
    struct garner_record *r = (void *)&r;

    (void)state;
    assert_fails(garner_remove(store, "there", id, &err), GARNER_NOTFOUND,
                 "no record 1 in 'there'");
    assert_works(garner_remove(store, "here", id, &err));
    assert_fails(garner_remove(store, "here", id, &err), GARNER_NOTFOUND,
                 "no record 1 in 'here'");
    assert_fails(garner_get(store, "here", id, &r, &err), GARNER_NOTFOUND,
                 "no record 1 in 'here'");
    assert_null(r);
    assert_int_equal(number("select count(*) from garner_record_body"), 0);
    assert_int_equal(number("select count(*) from garner_record_words"
                            " where garner_record_words match 'some'"),
                     0);
}

static void nothing_is_found_where_nothing_was_put(void **state)
{
    struct garner_record *r;

    (void)state;
    assert_fails(garner_get(store, NULL, 1, &r, &err), GARNER_NOTFOUND,
                 "no record 1 in 'default'");
    assert_fails(garner_remove(store, NULL, 1, &err), GARNER_NOTFOUND,
                 "no record 1 in 'default'");
    (void)put("a", "", "");
    assert_fails(garner_get(store, "b", 1, &r, &err), GARNER_NOTFOUND,
                 "no record 1 in 'b'");
    assert_int_equal(number("select count(*) from garner_collection"), 1);
}

static void wrong_arguments_are_told(void **state)
{
    const struct garner_entry good = {0};
    struct garner_entry bad = {.data = NULL, .size = 1};
    struct garner_record *r;

    (void)state;
    assert_fails(garner_put(NULL, NULL, &good, NULL, &err), GARNER_MISUSE,
                 "the store is NULL");
    assert_fails(garner_put(store, NULL, NULL, NULL, &err), GARNER_MISUSE,
                 "NULL");
    assert_fails(garner_put(store, NULL, &bad, NULL, &err), GARNER_MISUSE,
                 "a record of 1 bytes whose data are NULL");
    bad = (struct garner_entry){.delay_ms = -1};
    assert_fails(garner_put(store, NULL, &bad, NULL, &err), GARNER_MISUSE,
                 "delay_ms is 0 to 315360000000");
    bad.delay_ms = GARNER_WAIT_MAX_MS + 1;
    assert_fails(garner_put(store, NULL, &bad, NULL, &err), GARNER_MISUSE,
                 "delay_ms");
    bad = (struct garner_entry){.data = "", .size = GARNER_RECORD_MAX + 1U};
    assert_fails(garner_put(store, NULL, &bad, NULL, &err), GARNER_INVALID,
                 "at most 268435456");
    assert_fails(garner_get(store, NULL, 1, NULL, &err), GARNER_MISUSE,
                 "record is NULL");
    assert_fails(garner_get(NULL, NULL, 1, &r, &err), GARNER_MISUSE,
                 "the store is NULL");
    assert_fails(garner_remove(NULL, NULL, 1, &err), GARNER_MISUSE,
                 "the store is NULL");
    assert_int_equal(garner_put(store, "", &good, NULL, NULL), GARNER_INVALID);
    garner_record_free(NULL);
}

static void notes_of_a_mebibyte_are_the_longest(void **state)
{
    static char notes[GARNER_NOTES_MAX + 2];
    struct garner_entry entry = {.notes = notes};
    struct garner_record *r;
    int64_t id;

    (void)state;
    for (size_t i = 0; i < GARNER_NOTES_MAX; i++)
        notes[i] = "abcdefg "[(i + i / 80000) % 8];
    assert_works(garner_put(store, NULL, &entry, &id, &err));
    assert_works(garner_get(store, NULL, id, &r, &err));
    assert_string_equal(r->notes, notes);
    garner_record_free(r);
    notes[GARNER_NOTES_MAX] = 'x';
    assert_fails(garner_put(store, NULL, &entry, &id, &err), GARNER_INVALID,
                 "notes of 1048577 bytes");
    assert_int_equal(id, 0);
    notes[GARNER_NOTES_MAX - 1] = (char)0xc3; /* cut in the middle */
    notes[GARNER_NOTES_MAX] = '\0';
    assert_fails(garner_put(store, NULL, &entry, &id, &err), GARNER_INVALID,
                 "not UTF-8 at byte 1048575");
}

static void a_hundred_mebibytes_come_back(void **state)
{
    char *data = malloc(LARGE);
    const struct garner_entry entry = {
        .notes = "large", .data = data, .size = LARGE};
    struct garner_record *r;
    int64_t id;

    (void)state;
    assert_non_null(data);
    memset(data, 'x', LARGE);
    assert_works(garner_put(store, NULL, &entry, &id, &err));
    assert_works(garner_get(store, NULL, id, &r, &err));
    assert_int_equal(r->size, LARGE);
    assert_memory_equal(r->data, data, LARGE);
    garner_record_free(r);
    free(data);
}

static void a_level_that_waits_for_nothing_still_gives_ids(void **state)
{
    int64_t id;

    (void)state;
    garner_close(store);
    store = open_at(GARNER_QUEUED);
    id = put("a", "queued", "1");
    assert_int_equal(id, 1);
    assert_string_equal(found("a", NULL), "1");
    assert_works(garner_remove(store, "a", id, &err));
    assert_string_equal(found("a", NULL), "");
    assert_works(garner_flush(store, &err));
}

static void a_store_for_reading_alone_only_reads(void **state)
{
    const struct garner_entry entry = {0};
    struct garner_options options;
    struct garner_record *r;

    (void)state;
    (void)put(NULL, "a", "b");
    garner_close(store);
    garner_options_init(&options);
    options.read_only = true;
    assert_works(garner_open(fixture.db, &options, &store, &err));
    assert_fails(garner_put(store, NULL, &entry, NULL, &err),
                 GARNER_UNSUPPORTED, "for reading alone");
    assert_fails(garner_remove(store, NULL, 1, &err), GARNER_UNSUPPORTED,
                 "for reading alone");
    assert_works(garner_get(store, NULL, 1, &r, &err));
    assert_string_equal(r->data, "b");
    garner_record_free(r);
}

static void it_works_in_memory_too(void **state)
{
    struct garner_record *r;

    (void)state;
    assert_int_equal(put("m", "notes", "data"), 1);
    assert_works(garner_get(store, "m", 1, &r, &err));
    assert_string_equal(r->notes, "notes");
    assert_string_equal(r->data, "data");
    garner_record_free(r);
    assert_works(garner_remove(store, "m", 1, &err));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        WITH(what_is_put_comes_back),
        WITH(bytes_of_any_kind_and_size_come_back),
        WITH(an_empty_record_is_one),
        WITH(time_and_delay_are_the_caller_s),
        WITH(many_are_put_together_or_not_at_all),
        WITH(ids_are_never_used_again),
        WITH(what_is_removed_is_gone_whole),
        WITH(nothing_is_found_where_nothing_was_put),
        WITH(wrong_arguments_are_told),
        WITH(notes_of_a_mebibyte_are_the_longest),
        WITH(a_hundred_mebibytes_come_back),
        WITH(a_level_that_waits_for_nothing_still_gives_ids),
        WITH(a_store_for_reading_alone_only_reads),
        WITH_MEMORY(it_works_in_memory_too),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
