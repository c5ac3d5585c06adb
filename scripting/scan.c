#include "scripting/scan.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

/* A piece of the text. */
struct span {
    uint32_t at, length;
};

/* A key or item of a constructor. Items have no key (length 0) and count from 1. */
struct entry {
    struct span key;
    uint32_t item;
    int line;
    int32_t node; /* its value, when that is a constructor */
};

struct node {
    struct span call;      /* name before the brace; length 0 none */
    int line;              /* of that name */
    uint32_t first, count; /* its entries: items in order, then keys by name, then line */
};

struct hanse__scan {
    struct hanse_context *ctx;
    const char *text;
    size_t length;
    struct node *nodes;
    size_t n_nodes, nodes_capacity;
    struct entry *entries;
    size_t n_entries, entries_capacity;
    uint32_t *by_line; /* nodes with a call name, by line, then order */
    size_t n_by_line;
    struct hanse__duplicate duplicate;
};

enum kind { END, NAME, STRING, NUMBER, SYMBOL };
struct token {
    enum kind kind;
    struct span span; /* STRING: between the quotes; length 0 with escapes */
    char symbol;      /* SYMBOL: its first character; '=' only when alone */
    int line;
};

struct reader {
    struct hanse__scan *scan;
    uint32_t at;
    int line;
    struct token token; /* the current one */
    struct entry *open; /* entries of constructors not yet closed: a stack */
    size_t n_open, open_capacity;
    bool failed; /* no memory */
};

/* --- tokens ---------------------------------------------------------------------------------
 */

static int peek(const struct reader *reader, uint32_t ahead)
{
    size_t at = (size_t)reader->at + ahead;
    return at < reader->scan->length ? (unsigned char)reader->scan->text[at] : -1;
}

static void step(struct reader *reader)
{
    reader->line += peek(reader, 0) == '\n';
    reader->at++;
}

/* Level of a long bracket that opens here ("[[" 0, "[=[" 1), -1 when none does. */
static int long_bracket(const struct reader *reader)
{
    int level = 0;
    if (peek(reader, 0) != '[') {
        return -1;
    }
    while (peek(reader, 1 + (uint32_t)level) == '=') {
        level++;
    }
    return peek(reader, 1 + (uint32_t)level) == '[' ? level : -1;
}

static void skip_long(struct reader *reader, int level)
{
    while (peek(reader, 0) >= 0) {
        int same = 0;
        if (peek(reader, 0) == ']') {
            while (peek(reader, 1 + (uint32_t)same) == '=') {
                same++;
            }
            if (same == level && peek(reader, 1 + (uint32_t)same) == ']') {
                reader->at += (uint32_t)level + 2;
                return;
            }
        }
        step(reader);
    }
}

static void skip_blank(struct reader *reader)
{
    for (;;) {
        int c = peek(reader, 0);
        if (c == '-' && peek(reader, 1) == '-') {
            reader->at += 2;
            int level = long_bracket(reader);
            if (level >= 0) {
                skip_long(reader, level);
                continue;
            }
            while (peek(reader, 0) >= 0 && peek(reader, 0) != '\n') {
                step(reader);
            }
        } else if (c >= 0 && isspace(c)) {
            step(reader);
        } else {
            return;
        }
    }
}

static void read_quoted(struct reader *reader)
{
    int quote = peek(reader, 0);
    bool escapes = false;
    reader->at++;
    uint32_t start = reader->at;
    while (peek(reader, 0) >= 0 && peek(reader, 0) != quote) {
        if (peek(reader, 0) == '\\') {
            escapes = true;
            step(reader);
        }
        step(reader);
    }
    reader->token.kind = STRING;
    reader->token.span = (struct span){start, escapes ? 0 : reader->at - start};
    reader->at++;
}

static void read_word(struct reader *reader, enum kind kind)
{
    uint32_t start = reader->at;
    while (isalnum(peek(reader, 0)) || peek(reader, 0) == '_' ||
           (kind == NUMBER && peek(reader, 0) == '.')) {
        reader->at++;
    }
    reader->token.kind = kind;
    reader->token.span = (struct span){start, reader->at - start};
}

static void read_symbol(struct reader *reader)
{
    int c = peek(reader, 0), next_one = peek(reader, 1);
    reader->token.kind = SYMBOL;
    reader->token.symbol = (char)c;
    reader->at++;
    if (next_one == '=' && (c == '=' || c == '<' || c == '>' || c == '~')) {
        reader->token.symbol = '~';
        reader->at++;
    }
}

static void next(struct reader *reader)
{
    skip_blank(reader);
    reader->token = (struct token){.kind = END, .line = reader->line};
    int c = peek(reader, 0);
    if (c < 0) {
        return;
    }
    int level = long_bracket(reader);
    if (level >= 0) {
        reader->at += (uint32_t)level + 2;
        skip_long(reader, level);
        reader->token.kind = STRING;
    } else if (c == '"' || c == '\'') {
        read_quoted(reader);
    } else if (isalpha(c) || c == '_') {
        read_word(reader, NAME);
    } else if (isdigit(c)) {
        read_word(reader, NUMBER);
    } else {
        read_symbol(reader);
    }
}

static bool is_symbol(const struct reader *reader, char symbol)
{
    return reader->token.kind == SYMBOL && reader->token.symbol == symbol;
}

static bool is_word(const struct reader *reader, const char *word)
{
    const struct span *span = &reader->token.span;
    return reader->token.kind == NAME && strlen(word) == span->length &&
           memcmp(reader->scan->text + span->at, word, span->length) == 0;
}

/* Words that open a block closed by `end` or `until`, and those that close one. */
static int block_change(const struct reader *reader)
{
    if (is_word(reader, "function") || is_word(reader, "do") || is_word(reader, "if") ||
        is_word(reader, "repeat")) {
        return 1;
    }
    return is_word(reader, "end") || is_word(reader, "until") ? -1 : 0;
}

/* --- constructors ---------------------------------------------------------------------------
 */

static int compare_keys(const char *text, const struct entry *a, const struct entry *b)
{
    uint32_t shorter = a->key.length < b->key.length ? a->key.length : b->key.length;
    int order = memcmp(text + a->key.at, text + b->key.at, shorter);
    return order != 0 ? order
                      : (a->key.length > b->key.length) - (a->key.length < b->key.length);
}

static int by_item_then_key(const void *left, const void *right, void *text)
{
    const struct entry *a = left, *b = right;
    if (a->item != b->item) { /* keys, of item UINT32_MAX, come last */
        return a->item < b->item ? -1 : 1;
    }
    int order = a->item == UINT32_MAX ? compare_keys(text, a, b) : 0;
    return order != 0 ? order : (a->key.at > b->key.at) - (a->key.at < b->key.at);
}

static void note_duplicates(struct hanse__scan *scan, const struct entry *entries, size_t n)
{
    for (size_t i = 1; i < n; i++) {
        const struct entry *a = &entries[i - 1], *b = &entries[i];
        if (a->item == UINT32_MAX && b->item == UINT32_MAX && a->key.length > 0 &&
            compare_keys(scan->text, a, b) == 0 &&
            (scan->duplicate.line == 0 || b->line < scan->duplicate.line)) {
            scan->duplicate = (struct hanse__duplicate){.key = scan->text + b->key.at,
                                                        .length = (int)b->key.length,
                                                        .line = b->line,
                                                        .first_line = a->line};
        }
    }
}

/* Moves the entries above `base` from the stack to their node. */
static void close_node(struct reader *reader, int32_t node, size_t base)
{
    struct hanse__scan *scan = reader->scan;
    size_t n = reader->n_open - base;
    if (n == 0) {
        return;
    }
    if (hanse__reserve(scan->ctx, &scan->entries, &scan->entries_capacity, scan->n_entries + n,
                       sizeof *scan->entries) != HANSE_OK) {
        reader->failed = true;
        return;
    }
    struct entry *own = scan->entries + scan->n_entries;
    memcpy(own, reader->open + base, n * sizeof *own);
    qsort_r(own, n, sizeof *own, by_item_then_key, (void *)(uintptr_t)scan->text);
    scan->nodes[node].first = (uint32_t)scan->n_entries;
    scan->nodes[node].count = (uint32_t)n;
    note_duplicates(scan, own, n);
    scan->n_entries += n;
    reader->n_open = base;
}

static int32_t read_constructor(struct reader *reader, struct span call, int line);

/* Reads tokens up to the ',' or ';' that ends an entry, or up to the closing brace. The
 * constructors inside are read as such; the one that is the whole value is returned. */
static int32_t read_value(struct reader *reader)
{
    int32_t value = -1;
    int parens = 0, blocks = 0;
    bool first = true;
    struct token before = {0}, call = {0};
    while (reader->token.kind != END && !reader->failed) {
        bool top = parens == 0 && blocks == 0;
        if (top &&
            (is_symbol(reader, ',') || is_symbol(reader, ';') || is_symbol(reader, '}'))) {
            return value;
        }
        if (is_symbol(reader, '{')) {
            struct span name = call.kind == NAME ? call.span : (struct span){0, 0};
            int32_t node = read_constructor(reader, name, call.line);
            value = first ? node : value;
        } else {
            blocks += block_change(reader);
            parens += is_symbol(reader, '(') || is_symbol(reader, '[');
            parens -= is_symbol(reader, ')') || is_symbol(reader, ']');
            before = call;
            call = reader->token;
            if (is_symbol(reader, '(') && before.kind == NAME) {
                call = before;
            }
            next(reader);
        }
        first = false;
    }
    return value;
}

/* The key of an entry, when it has a literal one; moves past its '='. */
static bool read_key(struct reader *reader, struct entry *entry)
{
    struct reader mark = *reader;
    struct token token = reader->token;
    bool bracket = is_symbol(reader, '[');
    if (bracket) {
        next(reader);
        token = reader->token;
    }
    if (bracket ? token.kind == STRING : token.kind == NAME) {
        next(reader);
        if (bracket && is_symbol(reader, ']')) {
            next(reader);
            bracket = false;
        }
        if (!bracket && is_symbol(reader, '=')) {
            next(reader);
            entry->key = token.span;
            return true;
        }
    }
    reader->at = mark.at;
    reader->line = mark.line;
    reader->token = mark.token;
    return false;
}

static void read_entry(struct reader *reader, uint32_t *n_items)
{
    struct entry entry = {.line = reader->token.line, .node = -1, .item = UINT32_MAX};
    bool computed = is_symbol(reader, '[');
    if (!read_key(reader, &entry) && !computed) {
        entry.item = ++*n_items;
    }
    if (hanse__reserve(reader->scan->ctx, &reader->open, &reader->open_capacity,
                       reader->n_open + 1, sizeof *reader->open) != HANSE_OK) {
        reader->failed = true;
        return;
    }
    size_t mine = reader->n_open++;
    reader->open[mine] = entry;
    reader->open[mine].node = -1;
    int32_t node = read_value(reader);
    reader->open[mine].node = node;
}

static int32_t read_constructor(struct reader *reader, struct span call, int line)
{
    struct hanse__scan *scan = reader->scan;
    if (hanse__reserve(scan->ctx, &scan->nodes, &scan->nodes_capacity, scan->n_nodes + 1,
                       sizeof *scan->nodes) != HANSE_OK) {
        reader->failed = true;
        return -1;
    }
    int32_t node = (int32_t)scan->n_nodes++;
    scan->nodes[node] = (struct node){.call = call, .line = line};
    size_t base = reader->n_open;
    uint32_t n_items = 0;
    next(reader);
    while (!reader->failed && reader->token.kind != END && !is_symbol(reader, '}')) {
        read_entry(reader, &n_items);
        if (is_symbol(reader, ',') || is_symbol(reader, ';')) {
            next(reader);
        }
    }
    next(reader);
    if (!reader->failed) {
        close_node(reader, node, base);
    }
    return node;
}

/* --- the whole text -------------------------------------------------------------------------
 */

static int by_line(const void *left, const void *right, void *scan_)
{
    const struct hanse__scan *scan = scan_;
    uint32_t a = *(const uint32_t *)left, b = *(const uint32_t *)right;
    if (scan->nodes[a].line != scan->nodes[b].line) {
        return scan->nodes[a].line < scan->nodes[b].line ? -1 : 1;
    }
    return (a > b) - (a < b);
}

static bool index_calls(struct hanse__scan *scan)
{
    scan->by_line = hanse__alloc(scan->ctx, scan->n_nodes + 1, sizeof *scan->by_line);
    if (scan->by_line == NULL) {
        return false;
    }
    for (size_t i = 0; i < scan->n_nodes; i++) {
        if (scan->nodes[i].call.length > 0) {
            scan->by_line[scan->n_by_line++] = (uint32_t)i;
        }
    }
    qsort_r(scan->by_line, scan->n_by_line, sizeof *scan->by_line, by_line, scan);
    return true;
}

struct hanse__scan *hanse__scan_create(struct hanse_context *ctx, const char *text,
                                       size_t length)
{
    struct hanse__scan *scan = hanse__alloc(ctx, 1, sizeof *scan);
    if (scan == NULL) {
        return NULL;
    }
    scan->ctx = ctx;
    scan->text = text;
    scan->length = length;
    struct reader reader = {.scan = scan, .line = 1};
    next(&reader);
    while (reader.token.kind != END && !reader.failed) {
        read_value(&reader);
        next(&reader); /* a ',' or ';' between statements */
    }
    hanse__free(reader.open);
    if (reader.failed || !index_calls(scan)) {
        hanse__scan_destroy(scan);
        return NULL;
    }
    return scan;
}

void hanse__scan_destroy(struct hanse__scan *scan)
{
    if (scan != NULL) {
        hanse__free(scan->nodes);
        hanse__free(scan->entries);
        hanse__free(scan->by_line);
        hanse__free(scan);
    }
}

struct hanse__duplicate hanse__scan_duplicate(const struct hanse__scan *scan)
{
    return scan->duplicate;
}

int32_t hanse__scan_call(const struct hanse__scan *scan, const char *name, int line)
{
    size_t low = 0, high = scan->n_by_line;
    while (low < high) {
        size_t middle = (low + high) / 2;
        if (scan->nodes[scan->by_line[middle]].line < line) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    for (; low < scan->n_by_line; low++) {
        const struct node *node = &scan->nodes[scan->by_line[low]];
        if (node->line != line) {
            break;
        }
        if (strlen(name) == node->call.length &&
            memcmp(scan->text + node->call.at, name, node->call.length) == 0) {
            return (int32_t)scan->by_line[low];
        }
    }
    return -1;
}

static const struct entry *find_key(const struct hanse__scan *scan, int32_t node,
                                    const char *key)
{
    if (node < 0) {
        return NULL;
    }
    size_t length = strlen(key);
    size_t low = scan->nodes[node].first, high = low + scan->nodes[node].count;
    while (low < high) {
        size_t middle = (low + high) / 2;
        const struct entry *entry = &scan->entries[middle];
        int order = -1;
        if (entry->item == UINT32_MAX) {
            size_t shorter = entry->key.length < length ? entry->key.length : length;
            order = memcmp(scan->text + entry->key.at, key, shorter);
            order = order != 0 ? order
                               : (entry->key.length > length) - (entry->key.length < length);
        }
        if (order == 0) {
            return entry;
        }
        if (order < 0) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return NULL;
}

static const struct entry *find_item(const struct hanse__scan *scan, int32_t node, size_t item)
{
    if (node < 0 || item == 0 || item > scan->nodes[node].count) {
        return NULL;
    }
    const struct entry *entry = &scan->entries[scan->nodes[node].first + item - 1];
    return entry->item == item ? entry : NULL;
}

int32_t hanse__scan_key_node(const struct hanse__scan *scan, int32_t node, const char *key)
{
    const struct entry *entry = find_key(scan, node, key);
    return entry != NULL ? entry->node : -1;
}

int32_t hanse__scan_item_node(const struct hanse__scan *scan, int32_t node, size_t item)
{
    const struct entry *entry = find_item(scan, node, item);
    return entry != NULL ? entry->node : -1;
}

int hanse__scan_key_line(const struct hanse__scan *scan, int32_t node, const char *key,
                         int otherwise)
{
    const struct entry *entry = find_key(scan, node, key);
    return entry != NULL ? entry->line : otherwise;
}

int hanse__scan_item_line(const struct hanse__scan *scan, int32_t node, size_t item,
                          int otherwise)
{
    const struct entry *entry = find_item(scan, node, item);
    return entry != NULL ? entry->line : otherwise;
}
