/* excerpt_test.c - a table of texts, spots, and what people get to see. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "extract/excerpt.h"

static void excerpts_show_the_spot(void **state)
{
    static const struct {
        const char *text;
        size_t at;
        const char *seen;
    } cases[] = {
        {"", GN_EXCERPT_START, ""},
        {"", 0, "^"},
        {"select 1 frm t", 9, "select 1 ^frm t"},
        {"select 1", 8, "select 1^"},
        {"select 1", 99, "select 1^"},
        {"a\n\n\t b\r\n", GN_EXCERPT_START, "a b "},
        {"\x1f\x8b\x08\x01zip", GN_EXCERPT_START, "????zip"},
        {"na\xc3\xafve \xff\xc3", 2, "na^\xc3\xafve ??"},
        {"<html><head><title>Not found</title></head><body>Sorry</body>",
         GN_EXCERPT_START,
         "<html><head><title>Not found</title></head><body..."},
        {"01234567890123456789012345678901234567890 here "
         "0123456789012345678901234567890123456789012345678901234567890",
         42,
         "...67890123456789012345678901234567890 ^here "
         "0123456789012345678901234567890123456789012..."},
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        char out[GN_EXCERPT_SIZE];

        gn_excerpt(out, cases[i].text, strlen(cases[i].text), cases[i].at);
        assert_string_equal(out, cases[i].seen);
    }
}

/* Whatever the bytes, the spot and the cut, it fits and is whole. */
static void any_bytes_fit(void **state)
{
    char text[300];
    unsigned seed = 1;

    (void)state;
    for (int round = 0; round < 20000; round++) {
        char out[GN_EXCERPT_SIZE];
        size_t size;

        for (size_t i = 0; i < sizeof text; i++) {
            seed = seed * 1103515245U + 12345U;
            text[i] = "\xe2\x82\xac"[i % 3];
            if (round % 2 == 0)
                text[i] = (char)(seed >> 16);
        }
        seed = seed * 1103515245U + 12345U;
        size = (seed >> 16) % sizeof text;
        gn_excerpt(out, text, size,
                   round % 3 == 0 ? GN_EXCERPT_START : (seed >> 8) % 320);
        assert_true(strlen(out) < sizeof out);
        assert_null(strchr(out, '\n'));
    }
}

static void places_count_lines_and_characters(void **state)
{
    static const char text[] = "a\nb\xc3\xa4"
                               "c\n";
    static const struct gn_place places[] = {{1, 1}, {1, 2}, {2, 1}, {2, 2},
                                             {2, 3}, {2, 3}, {2, 4}, {3, 1}};

    (void)state;
    for (size_t at = 0; at < 8; at++) {
        struct gn_place place = gn_place_of(text, 7, at);

        if (at == 4) /* inside of a character */
            continue;
        assert_int_equal(place.line, places[at].line);
        assert_int_equal(place.column, places[at].column);
    }
    assert_int_equal(gn_place_of(text, 7, 1000).line, 3);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(excerpts_show_the_spot),
        cmocka_unit_test(any_bytes_fit),
        cmocka_unit_test(places_count_lines_and_characters),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
