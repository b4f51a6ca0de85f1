; Where values go inside functions. Only values that can carry an address are matched: arithmetic, numbers and strings
; can hold no function and no ops object.

; sock->ops = &inet_stream_ops;            net/ipv4/af_inet.c
; neigh->output = neigh->ops->output;      net/core/neighbour.c
; dst->input = dst->output = dst_discard;  net/core/dst.c
(assignment_expression
  left: (_) @assignment.target
  operator: "="
  right: [
    (identifier) (field_expression) (subscript_expression) (pointer_expression) (call_expression) (cast_expression)
    (conditional_expression) (parenthesized_expression) (assignment_expression) (compound_literal_expression)
  ] @assignment.value)

; return &inet6_stream_ops;
(return_statement [
    (identifier) (field_expression) (subscript_expression) (pointer_expression) (call_expression) (cast_expression)
    (conditional_expression) (parenthesized_expression) (compound_literal_expression)
  ] @return.value)

; struct sock *sk = sock->sk;              the types of receivers come from here
(compound_statement (declaration) @local) @scope
(for_statement initializer: (declaration) @local) @scope
; case labels may be followed by declarations in GNU C
(case_statement (declaration) @local) @scope
