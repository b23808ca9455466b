{{/* Pods that Kubernetes refuses or never starts. The container's setting overrides the pod's. */}}
{{- define "connwatch.check.security" -}}
{{- with .Values.securityContext -}}
{{- if and .privileged (eq (toString .allowPrivilegeEscalation) "false") -}}
{{- fail "securityContext.privileged is true and allowPrivilegeEscalation false, which Kubernetes refuses: set both to true" -}}
{{- end -}}
{{- end -}}
{{- $security := dict -}}
{{- range list .Values.podSecurityContext .Values.securityContext -}}
{{- range $key, $value := . -}}
{{- $_ := set $security $key $value -}}
{{- end -}}
{{- end -}}
{{- if and $security.runAsNonRoot (eq (toString $security.runAsUser) "0") -}}
{{- fail "runAsNonRoot is true and runAsUser 0, with which no container starts: set runAsNonRoot to false" -}}
{{- end -}}
{{- end -}}

{{/* An amount such as 128Mi or 50m, as a number. */}}
{{- define "connwatch.amount" -}}
{{- $units := dict "" 1 "m" 0.001 "k" 1e3 "M" 1e6 "G" 1e9 "T" 1e12 "P" 1e15 "E" 1e18
    "Ki" 1024 "Mi" 1048576 "Gi" 1073741824 "Ti" 1099511627776 "Pi" 1125899906842624 "Ei" 1152921504606846976 -}}
{{- if kindIs "string" . -}}
{{- mulf (regexFind "^[0-9.]+" . | float64) (get $units (regexFind "[A-Za-z]*$" .)) -}}
{{- else -}}
{{- . -}}
{{- end -}}
{{- end -}}

{{- define "connwatch.check.resources" -}}
{{- with .Values.resources -}}
{{- $limits := .limits | default dict -}}
{{- range $name, $request := .requests -}}
{{- $limit := get $limits $name -}}
{{- if and (hasKey $limits $name) (gt (include "connwatch.amount" $request | float64) (include "connwatch.amount" $limit | float64)) -}}
{{- fail (printf "resources.limits.%s is %v, less than resources.requests.%s, %v: Kubernetes refuses that" $name ($limit | toJson | trimAll "\"") $name ($request | toJson | trimAll "\"")) -}}
{{- end -}}
{{- end -}}
{{- end -}}
{{- end -}}

{{/* Only the Service forbids dots and a digit at the start of its name. */}}
{{- define "connwatch.check.service" -}}
{{- $name := include "connwatch.fullname" . -}}
{{- if and .Values.service.enabled (not (regexMatch "^[a-z]([-a-z0-9]*[a-z0-9])?$" $name)) -}}
{{- fail (printf "the Service would have the name %s, which Kubernetes refuses: set fullnameOverride to a-z, 0-9 and -, beginning with a letter, or service.enabled to false" $name) -}}
{{- end -}}
{{- end -}}
