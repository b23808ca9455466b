{{/* Reasons other than otlp.endpoint for which the agent pushes, one per line. The value of a variable with valueFrom is unknown. */}}
{{- define "connwatch.push.other" -}}
{{- if index .Values.config "otlp" }}
config.otlp is true
{{- end }}
{{- range .Values.extraEnv }}
{{- $text := .valueFrom | empty | ternary (.value | default "" | trim | lower) "otlp" }}
{{- $endpoint := and $text (regexMatch "^OTEL_EXPORTER_OTLP_((METRICS|LOGS)_)?ENDPOINT$" .name) }}
{{- $exporter := and (contains "otlp" $text) (regexMatch "^OTEL_(METRICS|LOGS)_EXPORTER$" .name) }}
{{- if or $endpoint $exporter }}
extraEnv sets {{ .name }}
{{- end }}
{{- end }}
{{- end -}}

{{- define "connwatch.check.push" -}}
{{- $other := include "connwatch.push.other" . -}}
{{- if and .Values.otlp.endpoint (eq (index .Values.config "otlp" | toString) "false") (not (contains "LOGS" $other)) -}}
{{- fail "otlp.endpoint is set but config.otlp is false: nothing would be pushed; set only one of them" -}}
{{- end -}}
{{- if and .Values.otlp.endpoint (eq (index .Values.config "otlp-protocol" | toString) "http/protobuf") (not (regexMatch "^https?://" .Values.otlp.endpoint)) -}}
{{- fail "config.otlp-protocol is http/protobuf, which needs http:// or https:// before the host in otlp.endpoint" -}}
{{- end -}}
{{- if and .Values.networkPolicy.enabled (not .Values.networkPolicy.otlp.port) -}}
{{- range $other | trim | splitList "\n" -}}
{{- if and . (or (not $.Values.otlp.endpoint) (hasSuffix "ENDPOINT" .)) -}}
{{- fail (printf "%s, but networkPolicy.enabled allows egress to otlp.endpoint only: set otlp.endpoint, or networkPolicy.otlp.port to the port of the collector's pods" .) -}}
{{- end -}}
{{- end -}}
{{- end -}}
{{- end -}}
