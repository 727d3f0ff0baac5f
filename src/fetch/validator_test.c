/* validator_test.c - what of a reply's head is kept, and which 304 counts. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <string.h>

#include "base/mem.h"
#include "fetch/validator.h"

#define OLD   "Tue, 03 Nov 2026 10:00:00 GMT"
#define DATE  "date: Thu, 26 Nov 2026 01:02:03 GMT\n"
#define THEN  "Thu, 26 Nov 2026 01:02:03 GMT"
#define AFTER "Thu, 26 Nov 2026 01:02:04 GMT"

static void assert_text(const char *text, const char *expected)
{
    if (expected == NULL)
        assert_null(text);
    else if (text == NULL)
        fail_msg("nothing instead of %s", expected);
    else
        assert_string_equal(text, expected);
}

static void what_is_kept(void **state)
{
    static const struct {
        const char *headers;
        const char *etag;
        const char *modified;
    } cases[] = {
        {"", NULL, NULL},
        {"server: x\n", NULL, NULL},
        {"etag: \"a\"\n", "\"a\"", NULL},
        {"etag: \"a\"", "\"a\"", NULL},
        {"etag: W/\"a, b\"\n", "W/\"a, b\"", NULL},
        {"etag: bare\n", "bare", NULL}, /* wrong, and still its own */
        {"etag: \n", NULL, NULL},
        {"etag: \"\xc3\xa9\"\n", NULL, NULL},
        {"etag: \"\x01\"\n", NULL, NULL},
        {"x-etag: \"a\"\netags: \"b\"\n", NULL, NULL},
        {"etag: \"a\"\netag: \"a\"\n", "\"a\"", NULL},
        {"etag: \"a\"\netag: \"b\"\n", NULL, NULL},
        {"etag: \"a\"\netag: \"b\"\netag: \"b\"\n", NULL, NULL},
        {DATE "last-modified: " OLD "\n", NULL, OLD},
        {DATE "last-modified: Tuesday, 03-Nov-26 10:00:00 GMT\n", NULL,
         "Tuesday, 03-Nov-26 10:00:00 GMT"},
        {DATE "last-modified: Tue Nov  3 10:00:00 2026\n", NULL,
         "Tue Nov  3 10:00:00 2026"},
        {DATE "last-modified: yesterday\n", NULL, NULL},
        {"last-modified: " OLD "\n", NULL, NULL},
        {"date: now\nlast-modified: " OLD "\n", NULL, NULL},
        {DATE "last-modified: " OLD "\nlast-modified: " THEN "\n", NULL, NULL},
        /* Its second is not over, or has not begun. */
        {DATE "last-modified: " THEN "\n", NULL, NULL},
        {DATE "last-modified: " AFTER "\n", NULL, NULL},
        {"date: " AFTER "\nlast-modified: " THEN "\n", NULL, THEN},
        {DATE "last-modified: " THEN "\netag: \"a\"\n", "\"a\"", NULL},
        {DATE "last-modified: " THEN "\netag: \"6b07850a-7\"\n",
         "\"6b07850a-7\"", NULL}, /* nginx's, of another second */
        {DATE "last-modified: " OLD "\netag: \"a\"\n", "\"a\"", OLD},
        /* What is not to be stored. */
        {"etag: \"a\"\ncache-control: no-store\n", NULL, NULL},
        {"cache-control: max-age=0, No-Store\netag: \"a\"\n", NULL, NULL},
        {"etag: \"a\"\ncache-control: max-age=1\ncache-control: no-store\n",
         NULL, NULL},
        {"etag: \"a\"\ncache-control: no-cache, private\n", "\"a\"", NULL},
    };
    struct gn_arena memory = {0};
    struct gn_validators v;

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        print_message("%s\n", cases[i].headers);
        assert_true(gn_validators_read(cases[i].headers, 0, &memory, &v));
        assert_text(v.etag, cases[i].etag);
        assert_text(v.modified, cases[i].modified);
        assert_int_equal(gn_validators_any(&v),
                         cases[i].etag != NULL || cases[i].modified != NULL);
    }
    gn_arena_clear(&memory);
}

/* nginx writes the second of the last change into the ETag: 6b07850b is that
 * of THEN. */
static void an_etag_of_a_young_second_is_none(void **state)
{
    static const char tail[] = "last-modified: " THEN "\n"
                               "etag: W/\"6b07850b-7\"\n";
    char headers[256];
    struct gn_arena memory = {0};
    struct gn_validators v;

    (void)state;
    snprintf(headers, sizeof headers, "date: " THEN "\n%s", tail);
    assert_true(gn_validators_read(headers, 0, &memory, &v));
    assert_false(gn_validators_any(&v));
    snprintf(headers, sizeof headers, "date: " AFTER "\n%s", tail);
    assert_true(gn_validators_read(headers, 0, &memory, &v));
    assert_text(v.etag, "W/\"6b07850b-7\"");
    assert_text(v.modified, THEN);
    gn_arena_clear(&memory);
}

/* THEN is 1795654923 seconds after 1970. */
static void without_a_date_it_is_when_it_was_received(void **state)
{
    static const struct {
        const char *headers;
        int64_t received;
        const char *modified;
    } cases[] = {
        {"last-modified: " THEN "\n", 1795654923 + 61, THEN},
        {"last-modified: " THEN "\n", 1795654923 + 60, NULL},
        {"last-modified: " THEN "\n", 0, NULL},
        {"date: now\nlast-modified: " THEN "\n", 1795654923 + 61, NULL},
        {DATE "last-modified: " THEN "\n", 1795654923 + 61, NULL},
    };
    struct gn_arena memory = {0};
    struct gn_validators v;

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        print_message("case %zu\n", i);
        assert_true(gn_validators_read(cases[i].headers, cases[i].received,
                                       &memory, &v));
        assert_text(v.modified, cases[i].modified);
    }
    gn_arena_clear(&memory);
}

static void one_that_is_too_long_is_none(void **state)
{
    char headers[GN_VALIDATOR_MAX + 32];
    struct gn_arena memory = {0};
    struct gn_validators v;

    (void)state;
    memset(headers, 'x', sizeof headers);
    memcpy(headers, "etag: ", 6);
    headers[6 + GN_VALIDATOR_MAX] = '\0';
    assert_true(gn_validators_read(headers, 0, &memory, &v));
    assert_int_equal(strlen(v.etag), GN_VALIDATOR_MAX);
    headers[6 + GN_VALIDATOR_MAX] = 'x';
    headers[7 + GN_VALIDATOR_MAX] = '\0';
    assert_true(gn_validators_read(headers, 0, &memory, &v));
    assert_null(v.etag);
    gn_arena_clear(&memory);
}

static void a_304_repeats_what_it_is_about(void **state)
{
    struct gn_arena memory = {0};
    struct gn_validators v;

    (void)state;
    assert_true(gn_validators_read_304("last-modified: " THEN "\n" DATE
                                       "cache-control: no-store\n",
                                       &memory, &v));
    assert_text(v.modified, THEN);
    gn_arena_clear(&memory);
}

static void which_304_counts(void **state)
{
    static const struct {
        struct gn_validators asked;
        struct gn_validators reply;
        bool confirms;
    } cases[] = {
        {{"\"a\"", NULL}, {NULL, NULL}, true},
        {{"\"a\"", NULL}, {"\"a\"", NULL}, true},
        {{"\"a\"", NULL}, {"W/\"a\"", NULL}, true},
        {{"W/\"a\"", NULL}, {"\"a\"", NULL}, true},
        {{"\"a\"", NULL}, {"\"b\"", NULL}, false},
        {{"\"a\"", NULL}, {"\"ab\"", NULL}, false},
        {{"\"a\"", NULL}, {"\"A\"", NULL}, false},
        {{"a", NULL}, {"\"a\"", NULL}, true},
        {{"\"a-gzip\"", NULL}, {"\"a\"", NULL}, true},
        {{"\"a\"", NULL}, {"\"a--gzip\"", NULL}, true},
        {{"\"a;gzip\"", NULL}, {"\"b;gzip\"", NULL}, false},
        {{"\"-gzip\"", NULL}, {"\"\"", NULL}, false},
        {{"\"a\"", OLD}, {"\"a\"", THEN}, true}, /* one of several servers */
        {{"\"a\"", OLD}, {NULL, THEN}, false},
        {{"\"a\"", OLD}, {NULL, OLD}, true},
        {{NULL, OLD}, {NULL, OLD}, true},
        {{NULL, OLD}, {NULL, THEN}, false},
        {{NULL, OLD}, {"\"a\"", NULL}, true},
        {{NULL, OLD}, {"\"a\"", THEN}, false},
        {{"\"a\"", NULL}, {NULL, THEN}, true},
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        print_message("case %zu\n", i);
        assert_int_equal(
            gn_validators_confirm(&cases[i].asked, &cases[i].reply),
            cases[i].confirms);
    }
}

static void equality_is_of_the_text(void **state)
{
    const struct gn_validators a = {"\"a\"", OLD};
    const struct gn_validators weak = {"W/\"a\"", OLD};
    const struct gn_validators no_date = {"\"a\"", NULL};
    const struct gn_validators none = {NULL, NULL};

    (void)state;
    assert_true(gn_validators_equal(&a, &a));
    assert_true(gn_validators_equal(&none, &none));
    assert_false(gn_validators_equal(&a, &weak));
    assert_false(gn_validators_equal(&a, &no_date));
    assert_false(gn_validators_equal(&none, &no_date));
}

static void without_memory_nothing_is_kept(void **state)
{
    struct gn_arena memory = {0};
    struct gn_validators v;

    (void)state;
    gn_mem_fail_at(1);
    assert_false(gn_validators_read("etag: \"a\"\n", 0, &memory, &v));
    assert_false(gn_validators_any(&v));
    gn_arena_clear(&memory);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_kept),
        cmocka_unit_test(an_etag_of_a_young_second_is_none),
        cmocka_unit_test(without_a_date_it_is_when_it_was_received),
        cmocka_unit_test(one_that_is_too_long_is_none),
        cmocka_unit_test(a_304_repeats_what_it_is_about),
        cmocka_unit_test(which_304_counts),
        cmocka_unit_test(equality_is_of_the_text),
        cmocka_unit_test(without_memory_nothing_is_kept),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
