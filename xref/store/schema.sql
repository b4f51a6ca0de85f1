-- SPDX-License-Identifier: MIT
-- The index: one SQLite file. docs/schema.md explains every table; a test holds the two together.
-- Lines are 1-based, columns 0-based bytes, paths relative to the tree. Rows are numbered by file, and inside it in the
-- order of the source (numbers.py): what is in a file can be replaced without touching what is in any other.

CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;

CREATE TABLE files (
    id INTEGER PRIMARY KEY,
    path TEXT NOT NULL UNIQUE,
    size INTEGER NOT NULL,
    mtime_ns INTEGER NOT NULL,
    hash BLOB NOT NULL,
    program TEXT NOT NULL,
    guard TEXT NOT NULL,          -- when Kbuild compiles it, or something includes it
    error_bytes INTEGER NOT NULL, -- bytes the parser could not read
    interface BLOB NOT NULL,      -- hash of all that the facts of other files may depend on
    includes BLOB NOT NULL,       -- its #include directives
    asks BLOB NOT NULL,           -- what its conditionals ask for, and what it defines to a plain number
    listing BLOB NOT NULL,        -- the text of a header that holds nothing but invocations
    notes TEXT NOT NULL
);

CREATE TABLE functions (
    id INTEGER PRIMARY KEY,
    file_id INTEGER NOT NULL,
    name TEXT NOT NULL,
    line INTEGER NOT NULL,
    col INTEGER NOT NULL,
    end_line INTEGER NOT NULL,
    kind TEXT NOT NULL,           -- function, macro, asm
    linkage TEXT NOT NULL,        -- static, extern, weak, macro
    aliases TEXT NOT NULL,        -- comma-separated
    guard TEXT NOT NULL,
    signature TEXT NOT NULL,
    trouble TEXT NOT NULL,        -- what the parser could not read in it, first of all
    made_by TEXT NOT NULL,        -- the macro invocation that defines it
    body BLOB NOT NULL            -- calls, assignments, returns, locals
);

CREATE TABLE aliases (name TEXT NOT NULL, function_id INTEGER NOT NULL);

CREATE TABLE records (
    id INTEGER PRIMARY KEY,
    file_id INTEGER NOT NULL,
    tag TEXT NOT NULL,
    kind TEXT NOT NULL,           -- struct, union
    line INTEGER NOT NULL,
    guard TEXT NOT NULL,
    open INTEGER NOT NULL,        -- has members that are not spelled in its braces
    fields BLOB NOT NULL
);

CREATE TABLE typedefs (
    name TEXT NOT NULL, file_id INTEGER NOT NULL, decl TEXT NOT NULL, line INTEGER NOT NULL, guard TEXT NOT NULL,
    tag TEXT NOT NULL             -- the type of which it is another name, where it is no pointer to it
);

CREATE TABLE objects (
    name TEXT NOT NULL, file_id INTEGER NOT NULL, decl TEXT NOT NULL, line INTEGER NOT NULL,
    linkage TEXT NOT NULL,        -- static, extern, declared
    guard TEXT NOT NULL,
    function TEXT NOT NULL        -- for a static object inside a function
);

CREATE TABLE registrations (
    id INTEGER PRIMARY KEY,
    file_id INTEGER NOT NULL,
    line INTEGER NOT NULL,
    col INTEGER NOT NULL,
    object TEXT NOT NULL,
    decl TEXT NOT NULL,
    path TEXT NOT NULL,
    field TEXT NOT NULL,
    value TEXT NOT NULL,
    name TEXT NOT NULL,           -- the identifier in value, if it is no more than one
    how TEXT NOT NULL,
    guard TEXT NOT NULL,
    function TEXT NOT NULL,
    tag TEXT NOT NULL             -- the struct, union or typedef that decl begins with
);

CREATE TABLE macros (
    name TEXT NOT NULL,
    file_id INTEGER NOT NULL,
    line INTEGER NOT NULL,
    end_line INTEGER NOT NULL,
    body_line INTEGER NOT NULL,
    until INTEGER NOT NULL,
    params TEXT,                  -- comma-separated; NULL for an object-like macro
    variadic TEXT NOT NULL,
    body TEXT NOT NULL,
    guard TEXT NOT NULL
);

CREATE TABLE exports (name TEXT NOT NULL, file_id INTEGER NOT NULL);

-- #define sk_prot __sk_common.skc_prot: who writes or calls skc_prot may spell it sk_prot
CREATE TABLE member_aliases (field TEXT NOT NULL, name TEXT NOT NULL, PRIMARY KEY (field, name)) WITHOUT ROWID;

-- files that others include, shared headers aside, with those that do (between tabs): what a file cannot see by its own
-- includes it finds there
CREATE TABLE parts (path TEXT PRIMARY KEY, wholes TEXT NOT NULL) WITHOUT ROWID;

-- files with those that their #include directives mean (between tabs), each once and in order
CREATE TABLE resolved (path TEXT PRIMARY KEY, targets TEXT NOT NULL) WITHOUT ROWID;

-- who mentions a name: kind c = calls it, m = calls through a member or variable of that name, a = assigns to a member
-- of that name, p = takes the address of a member of that name, g = uses the value of a
-- member of that name, v = uses a name as a value, h = calls it with the address of a global object as one argument; f = records that have a field of
-- that name, t = records with a member of that type (no pointer to it); r = registrations of a field of that name,
-- w = registrations with that name inside their value
CREATE TABLE postings (
    kind TEXT NOT NULL, name TEXT NOT NULL,
    shape TEXT NOT NULL,          -- of m, a, p and g: the tag (or typedef) that the access begins with, the members on the way; '' = unknown;
                                  -- of h: which argument, in all of its calls; of f: the tag or typedef of its type; of t: the tag of the record; of r: tag and path of the object, and how many [ its declaration has
    ids BLOB NOT NULL,
    PRIMARY KEY (kind, name, shape)
) WITHOUT ROWID;

-- options of Kconfig with what holds whenever they are set: others that are (CONFIG_X), others that are not (!CONFIG_X)
CREATE TABLE options (name TEXT PRIMARY KEY, requires TEXT NOT NULL) WITHOUT ROWID;

CREATE TABLE syscalls (
    arch TEXT NOT NULL, abi TEXT NOT NULL, number INTEGER, name TEXT NOT NULL, entry TEXT NOT NULL,
    compat TEXT NOT NULL, file TEXT NOT NULL, line INTEGER NOT NULL
);
