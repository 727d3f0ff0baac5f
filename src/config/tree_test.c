/* tree_test.c - scalars, places, and what is refused. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include "base/mem.h"
#include "config/tree.h"

struct parsed {
    struct gn_arena memory;
    struct gn_buf list;
    struct gn_problems problems;
    struct gn_node *root;
};

static struct parsed parse(const char *text)
{
    struct parsed r = {.problems = {.path = "f"}};

    r.problems.list = &r.list;
    r.root = gn_tree_parse(text, strlen(text), &r.memory, &r.problems);
    r.problems.list = NULL;
    return r;
}

static void drop(struct parsed *r)
{
    gn_arena_clear(&r->memory);
    gn_buf_fini(&r->list);
}

static void a_tree_has_texts_and_places(void **state)
{
    struct parsed r = parse("a: no\n"
                            "\xc3\xa9: [on, '010', \"1:30\"]\n"
                            "s: |\n"
                            "  select 1\n"
                            "m:\n"
                            "  x:\n"
                            "  y: {z: 1}\n");
    const struct gn_node *v;

    (void)state;
    assert_non_null(r.root);
    assert_int_equal(r.root->kind, GN_NODE_MAPPING);
    assert_int_equal(r.root->count, 4);
    v = r.root->first;
    assert_string_equal(v->key->text, "a");
    assert_string_equal(v->text, "no");
    assert_true(v->plain);
    assert_int_equal(v->column, 4);
    v = v->next;
    assert_int_equal(v->kind, GN_NODE_LIST);
    assert_int_equal(v->count, 3);
    assert_int_equal(v->line, 2);
    assert_int_equal(v->column, 4); /* characters, not bytes */
    assert_string_equal(v->first->text, "on");
    assert_string_equal(v->first->next->text, "010");
    assert_false(v->first->next->plain);
    assert_string_equal(v->first->next->next->text, "1:30");
    assert_null(v->first->next->next->next);
    v = v->next;
    assert_true(v->block);
    assert_string_equal(v->text, "select 1\n");
    v = v->next;
    assert_string_equal(v->first->text, "");
    assert_true(v->first->plain);
    assert_string_equal(v->first->next->first->key->text, "z");
    assert_int_equal(v->first->next->first->line, 7);
    drop(&r);
}

static const struct {
    const char *text;
    const char *problem;
} refused[] = {
    {"a:\n\tb: 1\n", "f:2:1: a tab cannot indent YAML; use spaces"},
    {"a: b\n\tc: d\n", "f:2:1: a tab cannot indent YAML; use spaces"},
    {"a: |\n\tx\n", "f:2:1: a tab cannot indent YAML; use spaces"},
    {"a: @daily\n", "f:1:4: a value cannot begin with @; put it in quotes: "
                    "\"@...\""},
    {"a: %x\n",
     "f:1:4: a value cannot begin with %; put it in quotes: \"%...\""},
    {"cron: */5 * * * *\n",
     "f:1:8: a value cannot begin with *; put it in quotes: \"*...\""},
    {"a: *x y\n",
     "f:1:4: aliases (*name) are not read; write the value out, or quote "
     "it if it is text"},
    {"a: &\n",
     "f:1:5: a value cannot begin with &; put it in quotes: \"&...\""},
    {"url: {base}/x\n", "f:1:12: the value goes on after its {...}; put "
                        "the whole value in quotes: \"{...\""},
    {"re: [a-z]+\n", "f:1:10: the value goes on after its [...]; put the "
                     "whole value in quotes: \"[...\""},
    {"re: ^foo: bar$\n", "f:1:9: the value holds \": \" or ends with "
                         "\":\"; put it in quotes: \"...\""},
    {"a: 'it's'\n", "f:1:8: the value goes on after its closing quote; "
                    "write a quote inside twice: ''"},
    {"a: \"x\" y\n", "f:1:8: the value goes on after its closing quote; "
                     "write a quote inside as \\\""},
    {"a: \"abc\nb: 1\n", "f:3:1: the quote opened in line 1 is never closed"},
    {"a: 1\n b: 2\n",
     "f:2:3: a key cannot begin here: the line above is no key that waits "
     "for a value; check its colon and the indentation"},
    {"a:\n  b: 1\n c: 2\n",
     "f:3:2: the indentation fits no line above; keys of one mapping begin "
     "in the same column"},
    {"a: 1\n- b\n", "f:2:1: a list item where a key was expected; indent "
                    "it below the key it belongs to"},
    {"- a\nb: 1\n", "f:2:1: a key where a list item was expected; begin it "
                    "with \"- \" or mind the indentation"},
    {"a: [1, 2\nb: 3\n",
     "f:2:2: the [ opened in line 1 is not closed before this; add , or ], "
     "or quote a value that holds \": \""},
    {"a: {x: 1\nb: 3\n",
     "f:2:2: the { opened in line 1 is not closed before this; add , or }, "
     "or quote a value that holds \": \""},
    {"a: 1\na b\nc: 2\n", "f:3:1: line 2 has no colon and space after its "
                          "key; write key: value"},
    {"a: \"\\q\"\n", "f:1:5: a \\ in double quotes begins an escape; write "
                     "\\\\ or use single quotes"},
    {"a: |x\n  b\n", "f:1:5: the text of a | or > value begins on the line "
                     "below it, indented"},
    {"a: b\nc: \xff\n", "f:2:4: the file is not UTF-8 here; save it as UTF-8"},
    {"\xc3\xa9: \x01\n",
     "f:1:4: a control character stands here; remove it, or write it as an "
     "escape in double quotes"},
    {"a: ]\n",
     "f:1:4: a value cannot begin with ]; put it in quotes: \"]...\""},
    {"a: -\n",
     "f:1:4: a value cannot begin with -; put it in quotes: \"-...\""},
    {"a: &x 1\n", "f:1:4: anchors (&name) are not read; write the value "
                  "out, or quote it if it is text"},
    {"a: &x [1]\n", "f:1:4: anchors (&name) are not read; write the value "
                    "out, or quote it if it is text"},
    {"&x a: 1\n", "f:1:1: anchors (&name) are not read; write the value "
                  "out, or quote it if it is text"},
    {"a: !!str b\n", "f:1:4: tags (!name) are not read; remove it, or "
                     "quote the value if it is text"},
    {"a: !x {}\n", "f:1:4: tags (!name) are not read; remove it, or quote "
                   "the value if it is text"},
    {"a: 1\n---\nb: 2\n",
     "f:2:1: a second document begins here; remove the ---"},
    {"? [a]\n: 1\n", "f:1:3: a key must be one word; quote it if it begins "
                     "with { or ["},
    {"{a: b}: 1\n", "f:1:1: a key must be one word; quote it if it begins "
                    "with { or ["},
    {"a: \"\\0\"\n",
     "f:1:4: a NUL character cannot be part of a value; remove it"},
    {"", "f:1:1: the file is empty; begin it with \"garner: 1\""},
    {"# only\n", "f:1:1: the file is empty; begin it with \"garner: 1\""},
    {"[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[",
     "f:1:33: nested more than 32 deep; nothing garner reads is"},
};

static void what_is_no_yaml_for_us_is_explained(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof refused / sizeof refused[0]; i++) {
        struct parsed r = parse(refused[i].text);

        assert_null(r.root);
        assert_int_equal(r.problems.count, 1);
        assert_string_equal(r.problems.first.message, refused[i].problem);
        drop(&r);
    }
}

static void keys_given_twice_are_all_found(void **state)
{
    struct parsed r = parse("a: 1\nb: {x: 1, y: 2, x: 3}\nc: 1\na: 2\n\"c\": "
                            "3\na: 4\n");

    (void)state;
    assert_non_null(r.root);
    assert_string_equal(
        gn_buf_cstr(&r.list),
        "f:2:17: \"x\" is given twice, first in line 2; remove one, or give it "
        "another name\n"
        "f:4:1: \"a\" is given twice, first in line 1; remove one, or give it "
        "another name\n"
        "f:6:1: \"a\" is given twice, first in line 4; remove one, or give it "
        "another name\n"
        "f:5:1: \"c\" is given twice, first in line 3; remove one, or give it "
        "another name\n");
    drop(&r);
}

static void size_is_bounded(void **state)
{
    struct gn_problems p = {.path = "f"};
    struct gn_arena memory = {0};
    char *text = gn_alloc(2 * GN_TREE_NODES_MAX + 3);

    (void)state;
    assert_null(gn_tree_parse("", (size_t)GN_TREE_BYTES_MAX + 1, &memory, &p));
    assert_string_equal(p.first.message, "f: larger than 32 MiB; split it");
    p.count = 0;
    text[0] = '[';
    for (size_t i = 0; i < 2 * (size_t)GN_TREE_NODES_MAX; i++)
        text[1 + i] = i % 2 == 0 ? 'a' : ',';
    text[1 + 2 * (size_t)GN_TREE_NODES_MAX] = ']';
    assert_null(gn_tree_parse(text, 2 * GN_TREE_NODES_MAX + 2, &memory, &p));
    assert_non_null(strstr(p.first.message, "more than 2000000 values"));
    gn_arena_clear(&memory);
    gn_free(text);
}

static void lost_memory_is_told(void **state)
{
    static const char text[] = "a: [1, 2]\nb: {c: d, e: f}\n";

    (void)state;
    for (unsigned nth = 1;; nth++) {
        struct gn_problems p = {.path = "f"};
        struct gn_arena memory = {0};
        const struct gn_node *root;

        gn_mem_fail_at(nth);
        root = gn_tree_parse(text, sizeof text - 1, &memory, &p);
        gn_mem_fail_at(0);
        gn_arena_clear(&memory);
        if (root != NULL) {
            assert_int_equal(p.count, 0);
            assert_true(nth > 3);
            break;
        }
        assert_int_equal(p.first.code, GARNER_NOMEM);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_tree_has_texts_and_places),
        cmocka_unit_test(what_is_no_yaml_for_us_is_explained),
        cmocka_unit_test(keys_given_twice_are_all_found),
        cmocka_unit_test(size_is_bounded),
        cmocka_unit_test(lost_memory_is_told),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
