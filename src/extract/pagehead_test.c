/* pagehead_test.c - what pages say about themselves. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/mem.h"
#include "extract/htmlnode.h"
#include "extract/htmltree.h"
#include "extract/pagehead.h"

static struct gn_budget budget = {.deadline_ns = INT64_MAX};

static xmlDoc *parsed(const char *html)
{
    xmlDoc *doc;

    assert_int_equal(gn_htmltree_parse(html, strlen(html), &budget, &doc, NULL),
                     GARNER_OK);
    return doc;
}

static void the_head_is_read(void **state)
{
    static const struct {
        const char *html;
        const char *url;
        const char *base;
        bool noindex, nofollow;
    } cases[] = {
        {"", NULL, "", false, false},
        {"<p>x", "http://h/a", "http://h/a", false, false},
        {"<base href=/b/><base href=/c/>", "http://h/a", "http://h/b/", false,
         false},
        {"<base href=b>", NULL, "", false, false},
        {"<base href='http://o/'>", NULL, "http://o/", false, false},
        {"<base target=x>", "http://h/", "http://h/", false, false},
        {"<meta name=robots content=noindex>", NULL, "", true, false},
        {"<meta name=ROBOTS content='index, NoFollow'>", NULL, "", false, true},
        {"<meta name=robots content=none>", NULL, "", true, true},
        {"<meta name=robots content='noindex'>"
         "<meta name=robots content='nofollow'>",
         NULL, "", true, true},
        {"<meta name=robots content='all,follow'>", NULL, "", false, false},
        {"<meta name=robots><meta content=none>", NULL, "", false, false},
        {"<meta name=otherbot content=none>", NULL, "", false, false},
        {"<body><p><meta name=robots content=none>", NULL, "", true, true},
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        xmlDoc *doc = parsed(cases[i].html);
        struct gn_pagehead head;

        assert_true(gn_pagehead_read((xmlNode *)doc, cases[i].url, &head));
        assert_string_equal(gn_buf_cstr(&head.base), cases[i].base);
        assert_int_equal(head.noindex, cases[i].noindex);
        assert_int_equal(head.nofollow, cases[i].nofollow);
        gn_buf_fini(&head.base);
        gn_htmlnode_free(doc);
    }
}

static void words_are_whole(void **state)
{
    (void)state;
    assert_true(gn_pagehead_has_word("a, B\tc", "b"));
    assert_true(gn_pagehead_has_word(",,b", "b"));
    assert_false(gn_pagehead_has_word("ab bc", "b"));
    assert_false(gn_pagehead_has_word("", "b"));
    assert_false(gn_pagehead_has_word(NULL, "b"));
}

static void lost_memory_is_told(void **state)
{
    xmlDoc *doc = parsed("<base href=b>");
    struct gn_pagehead head;

    (void)state;
    gn_mem_fail_at(1);
    assert_false(gn_pagehead_read((xmlNode *)doc, "http://h/", &head));
    gn_mem_fail_at(0);
    gn_buf_fini(&head.base);
    gn_htmlnode_free(doc);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_head_is_read),
        cmocka_unit_test(words_are_whole),
        cmocka_unit_test(lost_memory_is_told),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
