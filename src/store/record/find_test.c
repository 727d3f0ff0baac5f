/* find_test.c - every way of searching finds what it should, in its
 * order, and nothing else. */
#include "store/record/fixture_test.h"

static int64_t put_at(const char *notes, int64_t time_us, const char *text)
{
    const struct garner_entry entry = {
        .notes = notes, .data = text, .size = strlen(text), .time_us = time_us};
    int64_t id;

    assert_works(garner_put(store, NULL, &entry, &id, &err));
    return id;
}

static void put_agents(void)
{
    (void)put_at("#plan agent007 #london", 100, "goldfinger");
    (void)put_at("agent006 #paris #plan", 300, "goldeneye");
    (void)put_at("agent009 #Paris #plan B", 200, "octopussy");
    (void)put_at("Die Grüße vom Café", 400, "greetings");
    (void)put_at("", 400, "nothing");
    (void)put("other", "#plan agent007 #london", "other");
}

static void everything_comes_by_time(void **state)
{
    (void)state;
    put_agents();
    assert_string_equal(found(NULL, NULL),
                        "goldfinger,octopussy,goldeneye,greetings,nothing");
    assert_string_equal(FIND(.order = GARNER_NEWEST),
                        "nothing,greetings,goldeneye,octopussy,goldfinger");
    assert_string_equal(FIND(.limit = 2), "goldfinger,octopussy");
    assert_string_equal(FIND(.order = GARNER_NEWEST, .limit = 1), "nothing");
    assert_string_equal(found("other", NULL), "other");
    assert_string_equal(found("none", NULL), "");
}

static void words_are_found(void **state)
{
    (void)state;
    put_agents();
    assert_string_equal(FIND(.words = "plan"),
                        "goldfinger,octopussy,goldeneye");
    assert_string_equal(FIND(.words = "PARIS plan"), "octopussy,goldeneye");
    assert_string_equal(FIND(.words = "plan NOT paris"), "goldfinger");
    assert_string_equal(FIND(.words = "london OR grusse OR cafe"),
                        "goldfinger,greetings");
    assert_string_equal(FIND(.words = "agent00*"),
                        "goldfinger,octopussy,goldeneye");
    assert_string_equal(FIND(.words = "\"plan b\""), "octopussy");
    assert_string_equal(
        FIND(.words = "plan", .order = GARNER_NEWEST, .limit = 2),
        "goldeneye,octopussy");
    assert_string_equal(FIND(.words = "goldfinger"), "");
    assert_string_equal(
        found("other", &(struct garner_filter){.words = "plan"}), "other");
}

static void globs_are_found(void **state)
{
    (void)state;
    put_agents();
    assert_string_equal(FIND(.glob = "*agent00[1-7]*"), "goldfinger,goldeneye");
    assert_string_equal(FIND(.glob = "agent00?*#plan"), "goldeneye");
    assert_string_equal(FIND(.glob = "*#paris*"), "goldeneye");
    assert_string_equal(FIND(.glob = "*Gr??e*"), "greetings");
    assert_string_equal(FIND(.glob = ""), "nothing");
    assert_string_equal(FIND(.glob = "agent"), "");
}

static void likes_are_found(void **state)
{
    (void)state;
    put_agents();
    assert_string_equal(FIND(.like = "%#PARIS%"), "octopussy,goldeneye");
    assert_string_equal(FIND(.like = "agent00_ #paris #plan"), "goldeneye");
    assert_string_equal(FIND(.like = "agent"), "");
}

static void expressions_are_found(void **state)
{
    (void)state;
    put_agents();
    assert_string_equal(FIND(.regexp = "agent00[1-7]"), "goldfinger,goldeneye");
    assert_string_equal(FIND(.regexp = "(?i)#paris\\b"), "octopussy,goldeneye");
    assert_string_equal(FIND(.regexp = "(?=.*#plan)(?=.*#london)"),
                        "goldfinger");
    assert_string_equal(FIND(.regexp = "^$"), "nothing");
    assert_string_equal(FIND(.regexp = "\\bGr.{2}e\\b"), "greetings");
    assert_string_equal(FIND(.regexp = "agent8"), "");
}

static void times_are_found(void **state)
{
    (void)state;
    put_agents();
    assert_string_equal(FIND(.since_us = 200), "octopussy,goldeneye,greetings,"
                                               "nothing");
    assert_string_equal(FIND(.until_us = 300), "goldfinger,octopussy");
    assert_string_equal(FIND(.since_us = 200, .until_us = 400),
                        "octopussy,goldeneye");
    assert_string_equal(FIND(.since_us = 401), "");
    assert_string_equal(FIND(.until_us = 100), "");
    assert_string_equal(
        FIND(.since_us = 200, .until_us = 400, .order = GARNER_NEWEST),
        "goldeneye,octopussy");
}

static void ids_are_found(void **state)
{
    static const int64_t ids[] = {3, 1, 3, 99, -1, 6};

    (void)state;
    put_agents();
    assert_string_equal(FIND(.ids = ids, .id_count = 6),
                        "goldfinger,octopussy");
    assert_string_equal(FIND(.ids = ids, .id_count = 1), "octopussy");
    assert_string_equal(FIND(.ids = ids, .id_count = 0), "");
}

static void all_conditions_hold_together(void **state)
{
    static const int64_t ids[] = {1, 2, 3};

    (void)state;
    put_agents();
    assert_string_equal(FIND(.words = "plan", .glob = "*#paris*"), "goldeneye");
    assert_string_equal(
        FIND(.words = "plan", .ids = ids, .id_count = 2, .since_us = 200),
        "goldeneye");
    assert_string_equal(FIND(.words = "plan", .like = "%#paris%",
                             .regexp = "00[1-9]", .since_us = 150,
                             .until_us = 250, .ids = ids, .id_count = 3),
                        "octopussy");
    assert_string_equal(FIND(.words = "plan", .set_aside = true), "");
}

/* More than one page of each index, put in no order. */
static void the_order_holds_for_many(void **state)
{
    enum { MANY = 1200 };
    static struct garner_entry entries[MANY];
    const struct garner_filter filters[] = {
        {.words = "every"},
        {.glob = "*"},
        {.words = "every", .order = GARNER_NEWEST},
        {.order = GARNER_NEWEST},
    };
    int64_t first;

    (void)state;
    for (int64_t i = 0; i < MANY; i++)
        entries[i] = (struct garner_entry){.notes = "every one",
                                           .time_us = 1 + i * 7919 % MANY};
    assert_works(garner_put_many(store, NULL, entries, MANY, &first, &err));
    for (int f = 0; f < 4; f++) {
        struct garner_records *records;
        const struct garner_record *r;

        assert_works(
            garner_find(store, NULL, &filters[f], NULL, &records, &err));
        for (int64_t i = 1; i <= MANY; i++) {
            assert_int_equal(garner_records_next(records, &r, NULL),
                             GARNER_ROW);
            assert_int_equal(r->time_us, f < 2 ? i : MANY + 1 - i);
        }
        assert_int_equal(garner_records_next(records, &r, NULL), GARNER_DONE);
        assert_int_equal(garner_records_next(records, &r, NULL), GARNER_DONE);
        garner_records_close(records);
    }
}

static void a_cursor_shows_one_moment(void **state)
{
    struct garner_records *records;
    const struct garner_record *r;

    (void)state;
    put_agents();
    assert_works(garner_find(store, NULL, NULL, NULL, &records, &err));
    (void)put_at("late", 500, "late");
    assert_works(garner_remove(store, NULL, 2, &err));
    for (int i = 0; i < 5; i++)
        assert_int_equal(garner_records_next(records, &r, NULL), GARNER_ROW);
    assert_string_equal(r->data, "nothing");
    assert_int_equal(garner_records_next(records, &r, NULL), GARNER_DONE);
    assert_null(r);
    garner_records_close(records);
    assert_string_equal(found(NULL, NULL),
                        "goldfinger,octopussy,greetings,nothing,late");
}

static void data_may_be_left_out(void **state)
{
    const struct garner_find_options without = {.without_data = true};
    struct garner_records *records;
    const struct garner_record *r;

    (void)state;
    put_agents();
    assert_works(garner_find(store, NULL, NULL, &without, &records, &err));
    assert_int_equal(garner_records_next(records, &r, NULL), GARNER_ROW);
    assert_string_equal(r->notes, "#plan agent007 #london");
    assert_int_equal(r->size, 10);
    assert_null(r->data);
    garner_records_close(records); /* before its end */
}

static void a_search_that_takes_too_long_ends(void **state)
{
    enum { MANY = 2500 };
    static struct garner_entry entries[MANY];
    const struct garner_filter slow = {.regexp = "(a|b|[^c])*?c$"};
    const struct garner_find_options options = {.timeout_ms = 1};
    struct garner_records *records;

    (void)state;
    for (size_t i = 0; i < MANY; i++)
        entries[i].notes = "a note of some length in which no letter is it";
    assert_works(garner_put_many(store, NULL, entries, MANY, NULL, &err));
    assert_fails(garner_find(store, NULL, &slow, &options, &records, &err),
                 GARNER_TIMEOUT, "took longer than the 1 ms");
    assert_null(records);
    assert_works(garner_find(store, NULL, &slow, NULL, &records, &err));
    garner_records_close(records);
}

static void wrong_arguments_are_told(void **state)
{
    const struct garner_find_options bad = {.timeout_ms = -1};
    struct garner_records *records;

    (void)state;
    assert_fails(garner_find(NULL, NULL, NULL, NULL, &records, &err),
                 GARNER_MISUSE, "the store is NULL");
    assert_fails(garner_find(store, NULL, NULL, NULL, NULL, &err),
                 GARNER_MISUSE, "records is NULL");
    assert_fails(garner_find(store, NULL, NULL, &bad, &records, &err),
                 GARNER_MISUSE, "timeout_ms is 0 (none) or more");
    assert_fails(garner_find(store, "", NULL, NULL, &records, &err),
                 GARNER_INVALID, "name of 0 bytes");
    garner_records_close(NULL);
}

static void nothing_was_ever_put(void **state)
{
    struct garner_options options;

    (void)state;
    assert_string_equal(found(NULL, NULL), "");
    assert_string_equal(FIND(.words = "plan"), "");
    garner_close(store);
    garner_options_init(&options);
    options.read_only = true;
    assert_works(garner_open(fixture.db, &options, &store, &err));
    assert_string_equal(FIND(.words = "plan"), "");
}

static void a_store_for_reading_alone_finds(void **state)
{
    struct garner_options options;

    (void)state;
    put_agents();
    garner_close(store);
    garner_options_init(&options);
    options.read_only = true;
    assert_works(garner_open(fixture.db, &options, &store, &err));
    assert_string_equal(FIND(.words = "plan", .regexp = "00[1-7]"),
                        "goldfinger,goldeneye");
}

static void it_works_in_memory_too(void **state)
{
    (void)state;
    put_agents();
    assert_string_equal(FIND(.words = "plan", .regexp = "00[1-7]"),
                        "goldfinger,goldeneye");
    assert_string_equal(FIND(.order = GARNER_NEWEST, .limit = 1), "nothing");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        WITH(everything_comes_by_time),
        WITH(words_are_found),
        WITH(globs_are_found),
        WITH(likes_are_found),
        WITH(expressions_are_found),
        WITH(times_are_found),
        WITH(ids_are_found),
        WITH(all_conditions_hold_together),
        WITH(the_order_holds_for_many),
        WITH(a_cursor_shows_one_moment),
        WITH(data_may_be_left_out),
        WITH(a_search_that_takes_too_long_ends),
        WITH(wrong_arguments_are_told),
        WITH(nothing_was_ever_put),
        WITH(a_store_for_reading_alone_finds),
        WITH_MEMORY(it_works_in_memory_too),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
