; What decides at run time whether a call happens.

; if (sock->ops->release_cb) f(); else g();
(if_statement
  condition: (_) @branch.condition
  consequence: (_) @branch.then
  alternative: (_)? @branch.else)

; while (0 && (c)) f();
(while_statement
  condition: (_) @branch.condition
  body: (_) @branch.then) @branch.loop

; err ?: f(), IS_ENABLED(CONFIG_IPV6) ? f() : g()
(conditional_expression
  condition: (_) @branch.condition
  consequence: (_)? @branch.then
  alternative: (_) @branch.else)

; sk && f(sk)
(binary_expression
  left: (_) @branch.condition
  operator: "&&"
  right: (_) @branch.then)

; !sk || f(sk)
(binary_expression
  left: (_) @branch.condition
  operator: "||"
  right: (_) @branch.else)

; case SYS_SEND: f();
(case_statement
  value: (_) @branch.case) @branch.label

; sizeof(f()) calls nothing
(sizeof_expression) @branch.never

; What runs seldom, often or not at all, for no reason that is worth a word.

; for (i = 0; i < n; i++) f();
(for_statement body: (_) @branch.body)

; default: f();
(case_statement "default") @branch.body

; out: f();
(labeled_statement label: (_) @branch.jump)
