/* words_test.c - command lines, parted as a shell parts them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/mem.h"
#include "import/words.h"

static const struct {
    const char *text;
    const char *words[8]; /* NULL at the end */
} good[] = {
    {"curl http://h/", {"curl", "http://h/"}},
    {"  a \t b\n", {"a", "b"}},
    {"a \\\n  b \\\r\n c", {"a", "b", "c"}},
    {"'a b' \"c d\" e\\ f", {"a b", "c d", "e f"}},
    {"a'b'\"c\"d", {"abcd"}},
    {"'' \"\"", {"", ""}},
    {"'a\\n\"$x' \"a\\\"b\\\\c\\$d\\n\"", {"a\\n\"$x", "a\"b\\c$d\\n"}},
    {"\"a\\\nb\"", {"ab"}},
    {"$'a\\nb\\'c\\x41\\101\\u00e9\\u20ac\\U0001F600\\q'",
     {"a\nb'cAA\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80q"}},
    {"a$b $c", {"a$b", "$c"}},
    {"a;\n", {"a"}},
    {"", {NULL}},
};

static void lines_are_parted(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof good / sizeof good[0]; i++) {
        struct gn_arena memory = {0};
        char **words;
        size_t count;
        size_t n = 0;

        assert_int_equal(gn_words_part(good[i].text, strlen(good[i].text),
                                       &memory, &words, &count, NULL),
                         GARNER_OK);
        for (; good[i].words[n] != NULL; n++)
            assert_string_equal(words[n], good[i].words[n]);
        assert_int_equal(count, n);
        assert_null(words[n]);
        gn_arena_clear(&memory);
    }
}

static void assert_refused(const char *text, const char *message)
{
    struct gn_arena memory = {0};
    struct garner_error err;
    char **words;
    size_t count;

    assert_int_equal(
        gn_words_part(text, strlen(text), &memory, &words, &count, &err),
        GARNER_INVALID);
    assert_string_equal(err.message, message);
    gn_arena_clear(&memory);
}

static void other_things_are_refused(void **state)
{
    (void)state;
    assert_refused("a 'b", "a ' has no end; copy the whole command");
    assert_refused("a \"b", "a \" has no end; copy the whole command");
    assert_refused("a $'b\\'", "a ' has no end; copy the whole command");
    assert_refused("a | jq .", "there is more than one command, from \"| jq "
                               ".\" on; give one at a time, without pipes");
    assert_refused("a\nb c", "there is more than one command, from \"b c\" on; "
                             "give one at a time, without pipes");
    assert_refused("a > f", "there is more than one command, from \"> f\" on; "
                            "give one at a time, without pipes");
}

static void without_memory_it_says_so(void **state)
{
    (void)state;
    for (unsigned n = 1;; n++) {
        struct gn_arena memory = {0};
        char **words;
        size_t count;
        enum garner_code code;

        gn_mem_fail_at(n);
        code = gn_words_part("a 'b c'", 7, &memory, &words, &count, NULL);
        gn_mem_fail_at(0);
        gn_arena_clear(&memory);
        if (code == GARNER_OK)
            break;
        assert_int_equal(code, GARNER_NOMEM);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(lines_are_parted),
        cmocka_unit_test(other_things_are_refused),
        cmocka_unit_test(without_memory_it_says_so),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
