/* walk_test.c - mappings and scalars by type. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "config/walk.h"

struct seen {
    int64_t number;
    int integer;
    bool flag;
    int word;
    char text[40];
};

static const char *const words[] = {"red", "green", "blue", "grey"};

static void read_text(struct gn_problems *p, const struct gn_node *node,
                      void *context)
{
    const char *text = gn_walk_text(p, node);

    if (text != NULL)
        strncat(((struct seen *)context)->text, text, 30);
}

static void read_bool(struct gn_problems *p, const struct gn_node *node,
                      void *context)
{
    (void)gn_walk_bool(p, node, &((struct seen *)context)->flag);
}

static void read_integer(struct gn_problems *p, const struct gn_node *node,
                         void *context)
{
    (void)gn_walk_integer(p, node, 1, 99, &((struct seen *)context)->integer);
}

static void read_duration(struct gn_problems *p, const struct gn_node *node,
                          void *context)
{
    (void)gn_walk_duration(p, node, 10, &((struct seen *)context)->number);
}

static void read_size(struct gn_problems *p, const struct gn_node *node,
                      void *context)
{
    (void)gn_walk_size(p, node, 1000, &((struct seen *)context)->number);
}

static void read_range(struct gn_problems *p, const struct gn_node *node,
                       void *context)
{
    int64_t least;
    struct seen *seen = context;

    if (gn_walk_range(p, node, "write two", &least, &seen->number))
        seen->integer = (int)least;
}

static void read_word(struct gn_problems *p, const struct gn_node *node,
                      void *context)
{
    ((struct seen *)context)->word = gn_walk_word(p, node, words, 3, 4);
}

static const struct gn_walk_key keys[] = {
    {"text", read_text, NULL},
    {"flag", read_bool, NULL},
    {"integer", read_integer, NULL},
    {"duration", read_duration, NULL},
    {"size", read_size, NULL},
    {"word", read_word, NULL},
    {"range", read_range, NULL},
    {"later", NULL, NULL},
    {"elsewhere", NULL, "belongs elsewhere"},
};

/* Walks text; the first problem is left in *p. */
static struct seen walk(const char *text, struct gn_problems *p)
{
    struct seen seen = {.number = -1, .integer = -1, .word = -2};
    struct gn_arena memory = {0};
    const struct gn_node *root;

    *p = (struct gn_problems){.path = "f"};
    root = gn_tree_parse(text, strlen(text), &memory, p);
    assert_non_null(root);
    gn_walk_mapping(p, root, keys, sizeof keys / sizeof keys[0], &seen);
    gn_arena_clear(&memory);
    return seen;
}

static void values_have_the_types_asked_for(void **state)
{
    struct gn_problems p;
    struct seen s;

    (void)state;
    s = walk("{text: no, flag: true, integer: 010, word: blue}", &p);
    assert_int_equal(p.count, 0);
    assert_string_equal(s.text, "no");
    assert_true(s.flag);
    assert_int_equal(s.integer, 10);
    assert_int_equal(s.word, 2);
    s = walk("{text: '', flag: \"false\", duration: 1.5s}", &p);
    assert_int_equal(p.count, 0);
    assert_false(s.flag);
    assert_int_equal(s.number, 1500);
    assert_int_equal(walk("size: 1kB", &p).number, 1000);
    assert_int_equal(walk("duration: 10ms", &p).number, 10);
    assert_int_equal(walk("integer: 99", &p).integer, 99);
    s = walk("range: 1s..2m", &p);
    assert_int_equal(s.integer, 1000);
    assert_int_equal(s.number, 120000);
    assert_int_equal(walk("range: 5ms", &p).integer, 5);
    assert_int_equal(walk("range: 5ms", &p).number, 5);
    assert_int_equal(p.count, 0);
}

static const struct {
    const char *text;
    const char *problem;
} misfits[] = {
    {"[text]", "f:1:1: a list where a mapping is needed; write \"key: "
               "value\" lines, indented"},
    {"text", "f:1:1: one value where a mapping is needed; write \"key: "
             "value\" lines, indented"},
    {"txet: 1", "f:1:1: unknown key \"txet\"; did you mean \"text\"?"},
    {"later2: 1", "f:1:1: unknown key \"later2\"; see garner.yaml(5) for "
                  "the keys there are"},
    {"later: 1",
     "f:1:1: \"later\" is not available in this version; remove it"},
    {"elsewhere: 1", "f:1:1: \"elsewhere\" belongs elsewhere"},
    {"text: [a]", "f:1:7: text has a list where one value is needed"},
    {"text: {a}",
     "f:1:7: text has a mapping where one value is needed; text with "
     "braces or \": \" in it needs quotes"},
    {"text:", "f:1:6: text has no value; write one, or remove it"},
    {"flag: yes", "f:1:7: flag is \"yes\"; write true or false"},
    {"flag: True", "f:1:7: flag is \"True\"; write true or false"},
    {"integer: 0",
     "f:1:10: integer is \"0\"; write a whole number from 1 to 99"},
    {"integer: 100",
     "f:1:10: integer is \"100\"; write a whole number from 1 to 99"},
    {"integer: 0x10",
     "f:1:10: integer is \"0x10\"; write a whole number from 1 to 99"},
    {"integer: -1",
     "f:1:10: integer is \"-1\"; write a whole number from 1 to 99"},
    {"integer: ''",
     "f:1:10: integer is \"\"; write a whole number from 1 to 99"},
    {"integer: 99999999999999999999", "f:1:10: integer is "
                                      "\"99999999999999999999\"; write a "
                                      "whole number from 1 to 99"},
    {"duration: 1:30",
     "f:1:11: duration: \"1:30\" is not a duration: \":30\" is no unit; "
     "the units are ms, s, m, h, d, w, as in 900ms or 1.5h"},
    {"duration: 9ms", "f:1:11: duration is 9ms; write at least 10ms"},
    {"range: 2s..1s", "f:1:8: range is \"2s..1s\"; write two"},
    {"range: 0s..1s", "f:1:8: range is \"0s..1s\"; write two"},
    {"range: 1s..", "f:1:8: range is \"1s..\"; write two"},
    {"range: 1s..10000000000000000000000000000000s",
     "f:1:8: range is \"1s..10000000000000000000000000000000s\"; write "
     "two"},
    {"size: 1MB", "f:1:7: size is 1MB; write 1B to 1000B"},
    {"size: 0", "f:1:7: size is 0; write 1B to 1000B"},
    {"size: big",
     "f:1:7: size: \"big\" is not a size; write a number and a unit, like "
     "512, 10MB, 4GiB"},
    {"word: pink", "f:1:7: word cannot be \"pink\"; write red, green or blue"},
    {"word: grey", "f:1:7: word: grey is not available in this version; "
                   "write red, green or blue"},
};

static void what_does_not_fit_is_a_problem(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof misfits / sizeof misfits[0]; i++) {
        struct gn_problems p;
        const struct seen s = walk(misfits[i].text, &p);

        assert_int_equal(p.count, 1);
        assert_string_equal(p.first.message, misfits[i].problem);
        assert_int_equal(s.number, -1);
        assert_int_equal(s.integer, -1);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(values_have_the_types_asked_for),
        cmocka_unit_test(what_does_not_fit_is_a_problem),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
