/* suggest_test.c - distances, and which word is meant. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "config/suggest.h"

static void distances_count_edits(void **state)
{
    static const struct {
        const char *a;
        const char *b;
        unsigned distance;
    } cases[] = {
        {"", "", 0},
        {"abc", "abc", 0},
        {"abc", "ab", 1},
        {"abc", "abcd", 1},
        {"abc", "axc", 1},
        {"abc", "acb", 1},
        {"", "abc", 3},
        {"kitten", "sitting", 3},
        {"shedule", "schedule", 1},
        {"url", "every", 4},
        {"abcdef", "badcfe", 3},
        {"a", "b", 1},
        {"abcdefgh", "zyxwvuts", 6}, /* over the limit */
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        assert_int_equal(gn_suggest_distance(cases[i].a, cases[i].b, 5),
                         cases[i].distance);
        assert_int_equal(gn_suggest_distance(cases[i].b, cases[i].a, 5),
                         cases[i].distance);
    }
}

static const char *word(const void *list, size_t i)
{
    return ((const char *const *)list)[i];
}

static void the_near_word_is_meant(void **state)
{
    static const char *const words[] = {"url",    "schedule", "headers",
                                        "method", "",         "body"};
    static const struct {
        const char *written;
        const char *meant;
    } cases[] = {
        {"shedule", "schedule"},
        {"uri", "url"},
        {"header", "headers"},
        {"heders", "headers"},
        {"bdoy", "body"},
        {"mehtod", "method"},
        {"Schedule", "schedule"},
        {"x", NULL},
        {"", NULL},
        {"selector", NULL},
        {"cat", NULL},
        {"a_word_longer_than_all_words_that_anyone_would_ever_write", NULL},
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        const char *meant = gn_suggest(cases[i].written, word, words,
                                       sizeof words / sizeof words[0]);

        if (cases[i].meant == NULL)
            assert_null(meant);
        else
            assert_string_equal(meant, cases[i].meant);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(distances_count_edits),
        cmocka_unit_test(the_near_word_is_meant),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
