/* queue_test.c - one taker at a time, a lease that ends gives back, and
 * what was lost cannot be acknowledged. A lease ends here by a change of its
 * end, so that no test waits for a clock. */
#include "store/record/fixture_test.h"

static struct garner_record *pop_with(const struct garner_pop_options *options)
{
    struct garner_record *r;

    assert_works(garner_pop(store, "q", options, &r, &err));
    return r;
}

/* Leases that outlast any test. */
enum { LONG_MS = 3600000, LONGER_MS = 7200000 };

/* Pops one whose data are text. */
static struct garner_record *pop(const char *text)
{
    const struct garner_pop_options options = {.lease_ms = LONG_MS};
    struct garner_record *r = pop_with(&options);

    assert_string_equal(r->data, text);
    return r;
}

static void expect_none(const struct garner_pop_options *options)
{
    struct garner_record *r;

    assert_fails(garner_pop(store, "q", options, &r, &err), GARNER_NOTFOUND,
                 "'q' has no record to be given out now");
    assert_null(r);
}

static void ack(struct garner_record *r)
{
    assert_works(garner_ack(store, r->id, r->lease, &err));
    garner_record_free(r);
}

static void end_leases(void)
{
    exec("update garner_record set due_us = 1000 where lease is not null");
}

#define LOST(call)                                                             \
    assert_fails(call, GARNER_NOTFOUND, "the lease of record 1 was lost")

static void first_in_first_out(void **state)
{
    (void)state;
    (void)put("q", "", "1");
    (void)put("other", "", "other");
    (void)put("q", "", "2");
    (void)put("q", "", "3");
    ack(pop("1"));
    ack(pop("2"));
    ack(pop("3"));
    expect_none(NULL);
    assert_int_equal(number("select count(*) from garner_record"), 1);
    assert_int_equal(number("select count(*) from garner_record_body"), 1);
}

static void last_in_first_out_when_asked(void **state)
{
    const struct garner_filter newest = {.order = GARNER_NEWEST, .limit = 9};
    const struct garner_pop_options options = {.lease_ms = LONG_MS,
                                               .filter = &newest};
    struct garner_record *r;

    (void)state;
    (void)put("q", "", "1");
    (void)put("q", "", "2");
    r = pop_with(&options);
    assert_string_equal(r->data, "2");
    garner_record_free(r);
    r = pop_with(&options);
    assert_string_equal(r->data, "1");
    garner_record_free(r);
}

static void what_is_taken_is_told_of(void **state)
{
    const struct garner_pop_options options = {.lease_ms = LONG_MS};
    int64_t before;
    struct garner_record *r;
    struct garner_record *seen;

    (void)state;
    (void)put("q", "notes", "data");
    before = gn_clock_wall_us();
    r = pop_with(&options);
    assert_string_equal(r->notes, "notes");
    assert_string_equal(r->data, "data");
    assert_int_equal(r->attempts, 1);
    assert_true(r->lease > 0);
    assert_true(r->due_us >= before + LONG_MS * INT64_C(1000) &&
                r->due_us <= gn_clock_wall_us() + LONG_MS * INT64_C(1000));
    assert_works(garner_get(store, "q", r->id, &seen, &err));
    assert_int_equal(seen->lease, r->lease);
    assert_int_equal(seen->due_us, r->due_us);
    assert_int_equal(seen->attempts, 1);
    garner_record_free(seen);
    ack(r);
}

static void the_usual_lease_is_half_a_minute(void **state)
{
    int64_t before;
    struct garner_record *r;

    (void)state;
    (void)put("q", "", "data");
    before = gn_clock_wall_us();
    r = pop_with(NULL);
    assert_true(r->due_us >= before + 30000000 &&
                r->due_us <= gn_clock_wall_us() + 30000000);
    ack(r);
}

static void nobody_else_gets_it_meanwhile(void **state)
{
    struct garner_record *r;

    (void)state;
    (void)put("q", "", "1");
    r = pop("1");
    expect_none(NULL);
    ack(r);
    expect_none(NULL);
}

static void a_lease_that_ends_gives_back(void **state)
{
    struct garner_record *first;
    struct garner_record *second;

    (void)state;
    (void)put("q", "", "1");
    first = pop("1");
    end_leases();
    second = pop("1");
    assert_int_equal(second->id, first->id);
    assert_int_equal(second->attempts, 2);
    assert_int_not_equal(second->lease, first->lease);
    garner_record_free(first);
    ack(second);
}

/* The point of it all: who came too late harms nobody. */
static void a_lost_lease_does_nothing_more(void **state)
{
    struct garner_record *first;
    struct garner_record *second;

    (void)state;
    (void)put("q", "", "1");
    first = pop("1");
    end_leases();
    second = pop("1");
    LOST(garner_ack(store, first->id, first->lease, &err));
    LOST(garner_extend(store, first->id, first->lease, 1000, &err));
    LOST(garner_give_back(store, first->id, first->lease, 0, &err));
    expect_none(NULL);
    assert_works(garner_ack(store, second->id, second->lease, &err));
    LOST(garner_ack(store, second->id, second->lease, &err));
    garner_record_free(first);
    garner_record_free(second);
}

static void numbers_that_are_no_lease_do_nothing(void **state)
{
    (void)state;
    (void)put("q", "", "1");
    LOST(garner_ack(store, 1, 0, &err));
    LOST(garner_ack(store, 1, 12345, &err));
    LOST(garner_extend(store, 1, 0, 1000, &err));
    LOST(garner_give_back(store, 1, 0, 0, &err));
    assert_string_equal(found("q", NULL), "1");
}

/* Its work was done, and nobody else began it. */
static void an_ended_lease_that_nobody_took_is_good_still(void **state)
{
    struct garner_record *r;

    (void)state;
    (void)put("q", "", "1");
    r = pop("1");
    end_leases();
    assert_works(garner_extend(store, r->id, r->lease, LONG_MS, &err));
    expect_none(NULL);
    end_leases();
    ack(r);
    expect_none(NULL);
}

static void what_is_given_back_goes_to_the_end(void **state)
{
    struct garner_record *r;

    (void)state;
    (void)put("q", "", "1");
    (void)put("q", "", "2");
    r = pop("1");
    assert_works(garner_give_back(store, r->id, r->lease, 0, &err));
    LOST(garner_ack(store, r->id, r->lease, &err));
    garner_record_free(r);
    ack(pop("2"));
    r = pop("1");
    assert_int_equal(r->attempts, 2);
    ack(r);
}

static void delays_are_kept(void **state)
{
    const struct garner_entry late = {
        .data = "late", .size = 4, .delay_ms = 3600000};
    struct garner_record *r;

    (void)state;
    assert_works(garner_put(store, "q", &late, NULL, &err));
    expect_none(NULL);
    (void)put("q", "", "now");
    r = pop("now");
    assert_works(garner_give_back(store, r->id, r->lease, 3600000, &err));
    garner_record_free(r);
    expect_none(NULL);
    exec("update garner_record set due_us = due_us - 3600000000");
    ack(pop("late"));
    ack(pop("now"));
}

static void an_extended_lease_ends_later(void **state)
{
    struct garner_record *r;
    struct garner_record *seen;

    (void)state;
    (void)put("q", "", "1");
    r = pop("1");
    assert_works(garner_extend(store, r->id, r->lease, LONGER_MS, &err));
    assert_works(garner_get(store, "q", r->id, &seen, &err));
    assert_true(seen->due_us >= r->due_us + 3500000000);
    assert_int_equal(seen->attempts, 1);
    garner_record_free(seen);
    ack(r);
}

static void failed_often_enough_it_is_set_aside(void **state)
{
    const struct garner_pop_options twice = {.lease_ms = LONG_MS,
                                             .max_attempts = 2};
    const struct garner_filter aside = {.set_aside = true};
    struct garner_record *r = NULL;
    int64_t count;

    (void)state;
    (void)put("q", "poison", "bad");
    (void)put("q", "", "good");
    for (int i = 0; i < 2; i++) {
        garner_record_free(r);
        r = pop_with(&twice);
        assert_string_equal(r->data, "bad");
        end_leases();
    }
    ack(pop_with(&twice)); /* the good one */
    expect_none(&twice);
    expect_none(NULL);
    assert_string_equal(found("q", &aside), "bad");
    assert_int_equal(number("select attempts from garner_record"), 2);
    /* Once more, from the beginning. */
    assert_works(garner_requeue(store, "q", &aside, &count, &err));
    assert_int_equal(count, 1);
    assert_string_equal(found("q", &aside), "");
    LOST(garner_ack(store, r->id, r->lease, &err));
    garner_record_free(r);
    r = pop_with(&twice);
    assert_int_equal(r->attempts, 1);
    ack(r);
}

/* Its last taker was slow, not dead. */
static void what_is_set_aside_may_be_acknowledged_still(void **state)
{
    const struct garner_pop_options once = {.lease_ms = LONG_MS,
                                            .max_attempts = 1};
    struct garner_record *r;

    (void)state;
    (void)put("q", "", "slow");
    r = pop_with(&once);
    end_leases();
    expect_none(&once);
    assert_int_equal(number("select due_us is null from garner_record"), 1);
    ack(r);
    assert_int_equal(number("select count(*) from garner_record"), 0);
}

/* Its lease ended before it was read, and another set it aside. */
static void what_another_sets_aside_is_not_given_out(void **state)
{
    (void)state;
    (void)put("q", "", "1");
    exec("create trigger another after update of lease on garner_record begin"
         " update garner_record set due_us = null where id = new.id; end");
    expect_none(NULL);
}

static void many_are_set_aside_in_a_row(void **state)
{
    const struct garner_pop_options once = {.lease_ms = LONG_MS,
                                            .max_attempts = 1};
    struct garner_record *r;

    (void)state;
    for (int i = 0; i < 20; i++)
        (void)put("q", "", "bad");
    exec("update garner_record set attempts = 1");
    (void)put("q", "", "good");
    r = pop_with(&once);
    assert_string_equal(r->data, "good");
    ack(r);
    assert_int_equal(
        number("select count(*) from garner_record where due_us is null"), 20);
}

static void a_filter_chooses(void **state)
{
    const struct garner_filter filters[] = {
        {.words = "paris"},   {.glob = "*00[1-7]*"}, {.regexp = "7$"},
        {.like = "%LONDON%"}, {.until_us = 1},
    };
    const char *const expected[] = {"2", "1", NULL, "3", NULL};

    (void)state;
    (void)put("q", "agent007 rome", "1");
    (void)put("q", "agent008 paris", "2");
    (void)put("q", "agent009 london", "3");
    for (size_t i = 0; i < sizeof filters / sizeof filters[0]; i++) {
        const struct garner_pop_options options = {.lease_ms = LONG_MS,
                                                   .filter = &filters[i]};
        struct garner_record *r;

        if (expected[i] == NULL) {
            expect_none(&options);
            continue;
        }
        r = pop_with(&options);
        assert_string_equal(r->data, expected[i]);
        expect_none(&options);
        garner_record_free(r);
    }
}

/* What waits for a time that is not soon, because the clock was set back, is
 * told to come now. */
static void the_clock_may_be_set(void **state)
{
    const int64_t hour_us = INT64_C(3600000000);
    struct garner_record *taken;
    struct garner_record *again;
    int64_t count;

    (void)state;
    (void)put("q", "", "1");
    (void)put("q", "", "2");
    taken = pop("1");
    /* set back by an hour: all times are an hour ahead */
    exec("update garner_record set due_us = due_us + 3600000000");
    expect_none(NULL);
    LOST(garner_ack(store, taken->id, taken->lease + 1, &err));
    assert_works(garner_requeue(store, "q", NULL, &count, &err));
    assert_int_equal(count, 2);
    again = pop("1");
    assert_true(again->due_us < gn_clock_wall_us() + hour_us);
    LOST(garner_ack(store, taken->id, taken->lease, &err));
    ack(again);
    ack(pop("2"));
    garner_record_free(taken);
}

/* A store that does not wait long. */
static void open_impatient(int readers)
{
    struct garner_options options;

    garner_close(store);
    garner_options_init(&options);
    options.ack = GARNER_COMMITTED;
    options.readers = readers;
    options.timeout_ms = 50;
    assert_works(garner_open(fixture.db, &options, &store, &err));
}

static void one_that_cannot_be_read_now_is_given_back(void **state)
{
    struct garner_records *records;
    struct garner_record *r;

    (void)state;
    (void)put("q", "", "1");
    open_impatient(1);
    assert_works(garner_find(store, "q", NULL, NULL, &records, &err));
    /* No read connection is left. */
    assert_fails(garner_pop(store, "q", NULL, &r, &err), GARNER_TIMEOUT, "");
    assert_null(r);
    garner_records_close(records);
    garner_close(store);
    store = open_at(GARNER_COMMITTED);
    r = pop("1");
    assert_int_equal(r->attempts, 1);
    ack(r);
}

/* As if leases always ended before their record is read. */
static void a_pop_that_always_loses_ends(void **state)
{
    struct garner_record *r;

    (void)state;
    (void)put("q", "", "1");
    exec("create trigger thief after update of lease on garner_record begin"
         " update garner_record set lease = 7, due_us = 0 where id = new.id;"
         " end");
    open_impatient(4);
    assert_fails(garner_pop(store, "q", NULL, &r, &err), GARNER_TIMEOUT, "");
    assert_null(r);
}

static void wrong_arguments_are_told(void **state)
{
    const struct garner_filter aside = {.set_aside = true};
    struct garner_pop_options options = {.lease_ms = -1};
    struct garner_record *r;

    (void)state;
    assert_fails(garner_pop(store, "q", NULL, NULL, &err), GARNER_MISUSE,
                 "record is NULL");
    assert_fails(garner_pop(NULL, "q", NULL, &r, &err), GARNER_MISUSE,
                 "the store is NULL");
    assert_fails(garner_pop(store, "q", &options, &r, &err), GARNER_MISUSE,
                 "a lease of -1 ms; it is 1 to 315360000000");
    options.lease_ms = GARNER_WAIT_MAX_MS + 1;
    assert_fails(garner_pop(store, "q", &options, &r, &err), GARNER_MISUSE,
                 "a lease of");
    options = (struct garner_pop_options){.max_attempts = -1};
    assert_fails(garner_pop(store, "q", &options, &r, &err), GARNER_MISUSE,
                 "max_attempts is 0");
    options = (struct garner_pop_options){.filter = &aside};
    assert_fails(garner_pop(store, "q", &options, &r, &err), GARNER_MISUSE,
                 "what is set aside is not given out");
    assert_fails(garner_ack(NULL, 1, 1, &err), GARNER_MISUSE,
                 "the store is NULL");
    assert_fails(garner_extend(store, 1, 1, 0, &err), GARNER_MISUSE,
                 "a lease of 0 ms");
    assert_fails(garner_extend(store, 1, 1, INT64_MAX, &err), GARNER_MISUSE,
                 "a lease of");
    assert_fails(garner_give_back(store, 1, 1, -1, &err), GARNER_MISUSE,
                 "a delay of -1 ms; it is 0 to");
    assert_int_equal(garner_pop(store, "q", NULL, &r, NULL), GARNER_NOTFOUND);
}

static void nothing_was_ever_put(void **state)
{
    (void)state;
    expect_none(NULL);
    LOST(garner_ack(store, 1, 1, &err));
    assert_int_equal(number("select count(*) from sqlite_schema"), 0);
}

static void a_store_for_reading_alone_gives_nothing_out(void **state)
{
    struct garner_options options;
    struct garner_record *r;

    (void)state;
    (void)put("q", "", "1");
    garner_close(store);
    garner_options_init(&options);
    options.read_only = true;
    assert_works(garner_open(fixture.db, &options, &store, &err));
    assert_fails(garner_pop(store, "q", NULL, &r, &err), GARNER_UNSUPPORTED,
                 "for reading alone");
    assert_fails(garner_ack(store, 1, 1, &err), GARNER_UNSUPPORTED,
                 "for reading alone");
}

static void a_level_that_waits_for_nothing_still_takes(void **state)
{
    (void)state;
    garner_close(store);
    store = open_at(GARNER_QUEUED);
    (void)put("q", "", "1");
    ack(pop("1"));
    expect_none(NULL);
}

static void it_works_in_memory_too(void **state)
{
    struct garner_record *r;

    (void)state;
    (void)put("q", "words", "1");
    r = pop("1");
    assert_works(garner_give_back(store, r->id, r->lease, 0, &err));
    garner_record_free(r);
    ack(pop("1"));
    expect_none(NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        WITH(first_in_first_out),
        WITH(last_in_first_out_when_asked),
        WITH(what_is_taken_is_told_of),
        WITH(the_usual_lease_is_half_a_minute),
        WITH(nobody_else_gets_it_meanwhile),
        WITH(a_lease_that_ends_gives_back),
        WITH(a_lost_lease_does_nothing_more),
        WITH(numbers_that_are_no_lease_do_nothing),
        WITH(an_ended_lease_that_nobody_took_is_good_still),
        WITH(what_is_given_back_goes_to_the_end),
        WITH(delays_are_kept),
        WITH(an_extended_lease_ends_later),
        WITH(failed_often_enough_it_is_set_aside),
        WITH(what_is_set_aside_may_be_acknowledged_still),
        WITH(what_another_sets_aside_is_not_given_out),
        WITH(many_are_set_aside_in_a_row),
        WITH(a_filter_chooses),
        WITH(the_clock_may_be_set),
        WITH(one_that_cannot_be_read_now_is_given_back),
        WITH(a_pop_that_always_loses_ends),
        WITH(wrong_arguments_are_told),
        WITH(nothing_was_ever_put),
        WITH(a_store_for_reading_alone_gives_nothing_out),
        WITH(a_level_that_waits_for_nothing_still_takes),
        WITH_MEMORY(it_works_in_memory_too),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
