# The IAM role of the pods in ../../examples: the policy of drain-wait beside what your application needs. Either the service account
# gets it by EKS Pod Identity (the default here), or by IRSA: on Fargate, or where the Pod Identity agent is not installed.

terraform {
  required_version = ">= 1.5"
  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = ">= 5.29" # aws_eks_pod_identity_association
    }
  }
}

variable "cluster_name" {
  type = string
}

variable "namespace" {
  type    = string
  default = "shop"
}

variable "service_account" {
  type    = string
  default = "web"
}

variable "oidc_provider_arn" {
  description = "Set for IRSA: the ARN of the cluster's OIDC provider. Empty: EKS Pod Identity."
  type        = string
  default     = ""
}

locals {
  irsa = var.oidc_provider_arn != ""
  # arn:aws:iam::111122223333:oidc-provider/oidc.eks.eu-west-1.amazonaws.com/id/… → oidc.eks.eu-west-1.amazonaws.com/id/…
  issuer = local.irsa ? split("oidc-provider/", var.oidc_provider_arn)[1] : ""
}

data "aws_iam_policy_document" "pod_identity" {
  statement {
    actions = ["sts:AssumeRole", "sts:TagSession"]
    principals {
      type        = "Service"
      identifiers = ["pods.eks.amazonaws.com"]
    }
  }
}

data "aws_iam_policy_document" "irsa" {
  count = local.irsa ? 1 : 0
  statement {
    actions = ["sts:AssumeRoleWithWebIdentity"]
    principals {
      type        = "Federated"
      identifiers = [var.oidc_provider_arn]
    }
    condition {
      test     = "StringEquals"
      variable = "${local.issuer}:aud"
      values   = ["sts.amazonaws.com"]
    }
    condition {
      test     = "StringEquals"
      variable = "${local.issuer}:sub"
      values   = ["system:serviceaccount:${var.namespace}:${var.service_account}"]
    }
  }
}

resource "aws_iam_role" "pods" {
  name               = "${var.namespace}-${var.service_account}"
  assume_role_policy = local.irsa ? data.aws_iam_policy_document.irsa[0].json : data.aws_iam_policy_document.pod_identity.json
}

# Reads, which take no resource. IAM is for the whole pod: your application has it, too.
resource "aws_iam_role_policy" "drain_wait" {
  name   = "drain-wait"
  role   = aws_iam_role.pods.id
  policy = file("${path.module}/../policy.json")
}

resource "aws_eks_pod_identity_association" "pods" {
  count           = local.irsa ? 0 : 1
  cluster_name    = var.cluster_name
  namespace       = var.namespace
  service_account = var.service_account
  role_arn        = aws_iam_role.pods.arn
}

output "role_arn" {
  description = "For IRSA: the annotation eks.amazonaws.com/role-arn of the service account."
  value       = aws_iam_role.pods.arn
}
